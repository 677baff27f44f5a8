//! What a workspace consists of. A part knows the objects of its kind: which ones should exist, which ones can be deleted,
//! what is wrong with them, and when they are deleted at the end. Everything else loops over the parts.

mod components;
mod records;
mod routes;
mod tunnel;

pub(super) use components::unchanged;

use super::{
    observe::{Observed, holds},
    spec::Spec,
    urls,
};
use crate::{
    cluster::{Key, Kind},
    controllers::depends,
    engine::{Deletion, Desired, managed_labels, owner_reference},
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, ObjectMeta};
use maquette_api::{
    WORKSPACE_LABEL, Workspace,
    condition::{READY, STALLED, Verdict, find, holds as condition_holds},
    reason,
    workspace::ComponentSummary,
};
use maquette_graph::interpolation::Unresolved;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Every part, in the order in which its objects are created.
pub(super) static PARTS: [&dyn Part; 4] = [
    &components::Components,
    &tunnel::TunnelPart,
    &routes::Routes,
    &records::Records,
];

/// One part of a workspace.
pub(super) trait Part: Sync {
    /// Names of the objects that should exist in the end.
    fn names(&self, workspace: &Workspace, spec: &Spec) -> Vec<(Kind, Key)>;

    /// What exists of it.
    fn existing<'a>(&self, observed: &'a Observed) -> Vec<Existing<'a>>;

    /// Decides, where the spec makes sense and the workspace is not being deleted.
    fn plan(&self, context: &Context<'_>) -> PartPlan;

    /// Whether something of it still serves the host.
    fn serves(&self, workspace: &Workspace, observed: &Observed, host: &str) -> bool;

    /// When it is deleted at the end of the workspace.
    fn rank(&self) -> Rank;

    /// What of it can be deleted now at the end of the workspace.
    fn deletable<'a>(&self, _: Option<&Spec>, observed: &'a Observed) -> Vec<Existing<'a>> {
        self.existing(observed)
    }
}

/// The order of the deletion at the end of a workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// Names lead to what comes after them.
    Names,
    /// Routes and tunnels lead to components.
    Ways,
    /// Components, in reverse order of their dependencies.
    Components,
}

/// An object that exists.
pub(super) struct Existing<'a> {
    pub(super) kind: Kind,
    pub(super) meta: &'a ObjectMeta,
    /// Conditions, where the kind has a status that the operator writes.
    pub(super) conditions: &'a [Condition],
}

/// What a part decides.
#[derive(Debug, Default)]
pub(super) struct PartPlan {
    /// Objects that should be as given.
    pub(super) apply: Vec<Desired>,
    /// Objects that are not wanted any more.
    pub(super) delete: Vec<Deletion>,
    /// What is wrong.
    pub(super) problem: Option<Verdict>,
    /// What is not there yet.
    pub(super) pending: Option<String>,
    /// One line for each component, in the order of the spec.
    pub(super) components: Vec<ComponentSummary>,
}

/// What a part decides from.
pub(super) struct Context<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) spec: &'a Spec,
    pub(super) observed: &'a Observed,
    /// Addresses of the routes that the workspace has or will have.
    pub(super) urls: Vec<String>,
}

impl<'a> Context<'a> {
    pub(super) fn new(workspace: &'a Workspace, spec: &'a Spec, observed: &'a Observed) -> Self {
        let mut context = Self {
            workspace,
            spec,
            observed,
            urls: Vec::new(),
        };
        let routes = spec.routes.iter();
        let routes = routes.filter(|route| context.gets(&route.host));
        context.urls = urls::urls(workspace, observed, routes);
        context
    }

    /// Hosts of the spec that no other object holds.
    pub(super) fn hosts(&self) -> BTreeSet<String> {
        let mut hosts = self.spec.hosts();
        hosts.retain(|host| !self.observed.hosts_taken.contains(host));
        hosts
    }

    /// Whether the workspace has the host or gets it in a moment.
    pub(super) fn gets(&self, host: &str) -> bool {
        !self.observed.hosts_taken.contains(host)
            && (self.observed.refusal.is_none() || holds(self.workspace, host))
    }

    /// Whether the host may be served: the status says that the workspace holds it.
    pub(super) fn may_serve(&self, host: &str) -> bool {
        !self.observed.hosts_taken.contains(host) && holds(self.workspace, host)
    }

    /// Hosts of the spec that may be served.
    pub(super) fn served(&self) -> BTreeSet<String> {
        let mut hosts = self.hosts();
        hosts.retain(|host| self.may_serve(host));
        hosts
    }

    /// Whether the host is reached in the way that the spec says, so that another way can be deleted.
    pub(super) fn is_reached(&self, host: &str) -> bool {
        tunnel::is_ready_or_unwanted(self)
            && routes::is_accepted_or_unwanted(self, host)
            && records::are_ready_or_unwanted(self, host)
    }

    /// Whether an object of this name does not belong to another owner.
    pub(super) fn is_free(&self, kind: Kind, key: &Key) -> bool {
        let mut taken = self.observed.taken.iter();
        !taken.any(|(of, name)| *of == kind && name == key)
    }

    /// An output of an object outside of the workspace; or what it waits for.
    pub(super) fn output(&self, name: &depends::Name, output: &str) -> Result<String, Unresolved> {
        let found = self.observed.outside.get(name);
        let value = found.and_then(|found| found.outputs.get(output));
        value.cloned().ok_or_else(|| Unresolved::NotYet {
            waiting_for: format!("the output {output} of {} {}", name.0.as_str(), name.1),
        })
    }

    pub(super) fn owner(&self) -> Value {
        owner_reference(Kind::Workspace, self.workspace)
    }

    pub(super) fn labels(&self) -> BTreeMap<String, String> {
        let key = Key::of(&self.workspace.metadata);
        let mut labels = managed_labels(&key.name);
        labels.insert(WORKSPACE_LABEL.to_owned(), key.name);
        labels
    }
}

/// Names of all objects that should exist in the end.
pub(super) fn names(workspace: &Workspace, spec: &Spec) -> Vec<(Kind, Key)> {
    let names = PARTS.iter().map(|part| part.names(workspace, spec));
    names.flatten().collect()
}

/// What an object's status says is wrong with it, where the status is of the object's current generation.
fn problem_of(
    meta: &ObjectMeta,
    observed_generation: Option<i64>,
    conditions: &[Condition],
    what: &str,
) -> Option<Verdict> {
    if observed_generation != meta.generation {
        return None;
    }
    let ready = find(conditions, READY).filter(|ready| ready.status != "True")?;
    let passing = [reason::PROGRESSING, reason::TERMINATING, reason::READY];
    let mut known = reason::ALL.iter();
    let reason = known.find(|known| **known == ready.reason && !passing.contains(known))?;
    let message = format!("{what}: {}", ready.message);
    Some(if condition_holds(conditions, STALLED) {
        Verdict::stalled(reason, message)
    } else {
        Verdict::failing(reason, message)
    })
}
