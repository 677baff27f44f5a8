//! Workspace: its parts in the order of their dependencies, its host names, and the deletion of all of it in reverse.
//!
//! | file | does |
//! |---|---|
//! | `spec`, `host_routes`, `references` | whether the spec makes sense, once for all that depends on it |
//! | `observe` | reads what exists, and asks for the host names |
//! | `admission` | whether the workspace may ask for host names |
//! | `decide` | decides, from the parts, once for the plan and the status |
//! | `parts` | what a workspace consists of, one file for each part |
//! | `teardown` | the order of the deletion, and the reason for a wait |
//! | `plan`, `status` | hand the decision to the engine and to the user |

mod admission;
mod decide;
mod decision;
mod error;
mod host_routes;
mod names;
mod observe;
mod parts;
mod plan;
mod references;
mod render;
mod spec;
mod status;
mod teardown;
#[cfg(test)]
mod tests;
mod urls;

use crate::{
    cluster::Reads,
    engine::{Controller, Plan, Report, Results},
};
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use maquette_api::{Workspace, WorkspaceStatus, condition::Outcome};
use std::{convert::Infallible, sync::Arc};

pub use decision::Decision;

/// Reconciles Workspaces.
pub struct WorkspaceController;

impl Controller for WorkspaceController {
    type Object = Workspace;
    type Observed = Decision;
    type Call = Infallible;
    type Answer = Infallible;

    fn conditions(status: &WorkspaceStatus) -> &[Condition] {
        &status.conditions
    }

    async fn observe(&self, reads: &Reads, object: &Arc<Workspace>) -> Decision {
        let spec = spec::Spec::of(object);
        let observed = observe::observe(reads, object, spec.as_ref().ok());
        decide::decide(object, &spec, &observed)
    }

    fn plan(object: &Workspace, decision: &Decision, now: Timestamp) -> Plan<Infallible> {
        plan::plan(object, decision, now)
    }

    fn status(
        object: &Workspace,
        decision: &Decision,
        _: &Plan<Infallible>,
        results: &Results<Infallible, Infallible>,
        now: Timestamp,
    ) -> Report<WorkspaceStatus> {
        status::status(object, decision, results, now)
    }

    async fn call(&self, _: &Arc<Workspace>, call: Infallible) -> Infallible {
        match call {}
    }

    fn can_wait(object: &Workspace, new: &Report<WorkspaceStatus>) -> bool {
        let Some(held) = &object.status else {
            return false;
        };
        // The first report and a change of direction are written at once, steps on the way when there is time. Host names
        // are served only after the status says that they are held.
        let urgent =
            |status: &WorkspaceStatus| (status.phase, status.url.clone(), status.hosts.clone());
        new.verdict.outcome == Outcome::Progressing && urgent(held) == urgent(&new.status)
    }
}

impl crate::controllers::FromContext for WorkspaceController {
    fn from_context(_: &crate::controllers::Context) -> Self {
        Self
    }
}
