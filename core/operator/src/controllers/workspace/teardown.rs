//! Everything down again: names, then routes and the tunnel, then components against the order of their dependencies, each step only
//! after the one before was seen to be gone.

use super::{draft, observe::Observed};
use crate::{
    cluster::Kind,
    engine::{Deletion, Finalizer, Plan},
};
use maquette_api::Workspace;
use std::{convert::Infallible, time::Duration};

/// How often the age of a step is looked at.
const LOOK_AGAIN: Duration = Duration::from_mins(1);

/// What is left, in the order in which it goes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Names.
    Records(Vec<Deletion>),
    /// Routes, and the tunnel.
    Routes(Vec<Deletion>),
    /// Components that nothing depends on any more.
    Components(Vec<Deletion>),
    /// Nothing is left.
    Done,
}

pub(super) fn plan(workspace: &Workspace, observed: &Observed) -> Plan<Infallible> {
    let mut plan = Plan {
        again_in: Some(LOOK_AGAIN),
        ..Plan::default()
    };
    match step(workspace, observed) {
        Step::Records(deletions) | Step::Routes(deletions) | Step::Components(deletions) => {
            plan.delete = deletions;
        }
        Step::Done => plan.finalizer = Finalizer::Remove,
    }
    plan
}

/// The step that is due, with what of it is not being deleted yet.
pub(super) fn step(workspace: &Workspace, observed: &Observed) -> Step {
    if !observed.records.is_empty() {
        return Step::Records(
            observed
                .records
                .iter()
                .filter_map(|record| Deletion::of(Kind::DNSRecord, &record.metadata))
                .collect(),
        );
    }
    if !observed.routes.is_empty() || !observed.tunnels.is_empty() {
        let routes = observed.routes.iter();
        let routes = routes.filter_map(|route| Deletion::of(Kind::HTTPRoute, &route.metadata));
        let tunnels = observed.tunnels.iter();
        let tunnels = tunnels.filter_map(|tunnel| Deletion::of(Kind::Tunnel, &tunnel.metadata));
        return Step::Routes(routes.chain(tunnels).collect());
    }
    if observed.components.is_empty() {
        return Step::Done;
    }
    let due = due(workspace, observed);
    Step::Components(
        due.iter()
            .filter_map(|name| {
                Deletion::of(Kind::Component, &observed.components.get(*name)?.metadata)
            })
            .collect(),
    )
}

/// Components on which nothing depends that still exists. A spec without a valid graph has no order.
fn due<'a>(workspace: &Workspace, observed: &'a Observed) -> Vec<&'a str> {
    let exists = |name: &str| observed.components.contains_key(name);
    let all = || observed.components.keys().map(String::as_str);
    match draft::graph(workspace) {
        Ok(graph) => {
            let deletable = graph.deletable(exists);
            all()
                .filter(|name| deletable.contains(name) || !graph.contains(name))
                .collect()
        }
        Err(_) => all().collect(),
    }
}
