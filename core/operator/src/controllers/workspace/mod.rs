//! Workspace: its components in the order of their dependencies, its names and routes, and all of it down again.

mod draft;
mod names;
mod observe;
mod places;
mod plan;
mod reach;
mod render;
mod routes;
mod status;
mod teardown;
#[cfg(test)]
mod tests;
mod tunnel;

use crate::{
    cluster::Reads,
    engine::{Controller, Plan, Report, Results},
};
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use maquette_api::{Workspace, WorkspaceStatus, condition::Outcome};
use std::{convert::Infallible, sync::Arc};

pub use observe::Observed;

/// Reconciles Workspaces.
pub struct WorkspaceController;

impl Controller for WorkspaceController {
    type Object = Workspace;
    type Observed = Observed;
    type Call = Infallible;
    type Answer = Infallible;

    fn conditions(status: &WorkspaceStatus) -> &[Condition] {
        &status.conditions
    }

    async fn observe(&self, reads: &Reads, object: &Arc<Workspace>) -> Observed {
        observe::observe(reads, object)
    }

    fn plan(object: &Workspace, observed: &Observed, _: Timestamp) -> Plan<Infallible> {
        plan::plan(object, observed)
    }

    fn status(
        object: &Workspace,
        observed: &Observed,
        _: &Plan<Infallible>,
        results: &Results<Infallible, Infallible>,
        now: Timestamp,
    ) -> Report<WorkspaceStatus> {
        status::status(object, observed, results, now)
    }

    async fn call(&self, _: &Arc<Workspace>, call: Infallible) -> Infallible {
        match call {}
    }

    fn can_wait(object: &Workspace, new: &Report<WorkspaceStatus>) -> bool {
        let Some(held) = &object.status else {
            return false;
        };
        // The first news and a change of direction are told at once, steps on the way when there is time.
        let news = |status: &WorkspaceStatus| (status.phase, status.url.clone());
        new.verdict.outcome == Outcome::Progressing && news(held) == news(&new.status)
    }
}

impl crate::controllers::FromContext for WorkspaceController {
    fn from_context(_: &crate::controllers::Context) -> Self {
        Self
    }
}
