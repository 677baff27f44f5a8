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
    cluster::{Caches, Change, Key, Kind, Store},
    engine::{Controller, Plan, Report, Results},
};
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use maquette_api::{Workspace, WorkspaceStatus, condition::Outcome};
use std::{convert::Infallible, sync::Arc};

pub use observe::Observed;

/// Reconciles Workspaces.
pub struct WorkspaceController {
    /// The shared caches.
    pub caches: Arc<Caches>,
}

impl Controller for WorkspaceController {
    type Object = Workspace;
    type Observed = Observed;
    type Call = Infallible;
    type Answer = Infallible;
    type Status = WorkspaceStatus;

    const KIND: Kind = Kind::Workspace;

    fn store(caches: &Caches) -> &Store<Workspace> {
        &caches.workspaces
    }

    fn current(object: &Workspace) -> Option<&WorkspaceStatus> {
        object.status.as_ref()
    }

    fn conditions(status: &WorkspaceStatus) -> &[Condition] {
        &status.conditions
    }

    async fn observe(&self, object: &Arc<Workspace>) -> Observed {
        observe::observe(&self.caches, object)
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

    fn wakes(&self, change: &Change) -> Vec<Key> {
        match change.kind {
            Kind::Component | Kind::DNSRecord | Kind::HTTPRoute | Kind::Tunnel => {
                change.owner_of_kind(Kind::Workspace).into_iter().collect()
            }
            Kind::Gateway => self.keys(|workspace| {
                observe::gateway_key(workspace).is_some_and(|key| key == change.key)
            }),
            Kind::Provider => self.keys(|workspace| {
                workspace
                    .spec
                    .networking
                    .as_ref()
                    .is_some_and(|n| n.dns.is_some() || n.tunnel.is_some())
            }),
            Kind::Workspace => self.rivals_of(&change.key),
            _ => Vec::new(),
        }
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

impl WorkspaceController {
    fn keys(&self, which: impl Fn(&Workspace) -> bool) -> Vec<Key> {
        self.caches
            .workspaces
            .all()
            .iter()
            .filter(|workspace| which(workspace))
            .map(|workspace| Key::of(&workspace.metadata))
            .collect()
    }

    /// Workspaces that have a host of the changed one, and those that wait for one: it may have been given up.
    fn rivals_of(&self, changed: &Key) -> Vec<Key> {
        let workspace = self.caches.workspaces.get(changed);
        let hosts = workspace
            .map(|workspace| places::hosts(&workspace))
            .unwrap_or_default();
        self.keys(|other| {
            let shares = || places::hosts(other).iter().any(|host| hosts.contains(host));
            Key::of(&other.metadata) != *changed && (status::waits_for_host(other) || shares())
        })
    }
}
