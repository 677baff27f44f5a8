//! What the engine does for a workspace.

use super::{decision::Decision, status::grace_left};
use crate::engine::Plan;
use jiff::Timestamp;
use maquette_api::Workspace;
use std::{convert::Infallible, time::Duration};

/// How soon hosts are served after the status says that they are held.
const SOON: Duration = Duration::from_millis(10);
/// How often the age of a deletion is looked at.
const LOOK_AGAIN: Duration = Duration::from_mins(1);

pub(super) fn plan(workspace: &Workspace, decision: &Decision, now: Timestamp) -> Plan<Infallible> {
    let deletion = workspace.metadata.deletion_timestamp.is_some();
    let again = [
        decision.awaits_own_status.then_some(SOON),
        deletion.then_some(LOOK_AGAIN),
        grace_left(workspace, &decision.verdict, now),
    ];
    Plan {
        finalizer: decision.finalizer,
        apply: decision.apply.clone(),
        delete: decision.delete.clone(),
        again_in: again.into_iter().flatten().min(),
        ..Plan::default()
    }
}
