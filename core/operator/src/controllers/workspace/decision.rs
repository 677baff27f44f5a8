//! Everything that is decided about a workspace.

use super::{observe::Observed, parts::PARTS};
use crate::engine::{Deletion, Desired, Finalizer};
use jiff::Timestamp;
use maquette_api::{Workspace, condition::Verdict, workspace::ComponentSummary};
use std::collections::BTreeSet;

/// Everything that is decided about a workspace.
#[derive(Debug)]
pub struct Decision {
    /// What happens to the finalizer.
    pub(super) finalizer: Finalizer,
    /// Objects that should be as given.
    pub(super) apply: Vec<Desired>,
    /// Objects to delete.
    pub(super) delete: Vec<Deletion>,
    /// Whether hosts are served as soon as the status says that they are held.
    pub(super) awaits_own_status: bool,
    /// Hosts that the workspace holds.
    pub(super) hosts: BTreeSet<String>,
    /// One line for each component.
    pub(super) components: Vec<ComponentSummary>,
    /// Addresses of all routes.
    pub(super) urls: Vec<String>,
    /// How the workspace is, apart from objects that could not be written.
    pub(super) verdict: Verdict,
    /// Whether the spec makes no sense, so that nothing is written at all.
    pub(super) is_invalid: bool,
    /// Since when the object that blocks the deletion is being deleted.
    pub(super) blocked_since: Option<Timestamp>,
}

/// The hosts that the status lists.
pub(super) fn held(workspace: &Workspace) -> impl Iterator<Item = String> {
    let status = workspace.status.iter();
    status.flat_map(|status| status.hosts.iter().map(|claim| claim.host.clone()))
}

/// Whether anything of the workspace still serves the host.
pub(super) fn is_served(workspace: &Workspace, observed: &Observed, host: &str) -> bool {
    PARTS
        .iter()
        .any(|part| part.serves(workspace, observed, host))
}
