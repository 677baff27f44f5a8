//! Which components may exist now, and what else a workspace needs.

use super::{
    draft::{self, SpecError},
    observe::Observed,
    places::places,
    reach, render, routes, teardown,
};
use crate::{
    cluster::{Key, Kind},
    engine::{Deletion, Desired, Finalizer, Plan},
};
use maquette_api::{
    Component, DNSRecord, Workspace,
    component::{COMPLETED, STARTED},
    condition::{READY, holds},
    reason,
};
use maquette_graph::State;
use serde_json::json;
use std::{convert::Infallible, sync::Arc, time::Duration};

/// How often a Gateway is looked for that cannot be used, and a name that somebody else's object has.
const LOOK_AGAIN: Duration = Duration::from_secs(10);

pub(super) fn plan(workspace: &Workspace, observed: &Observed) -> Plan<Infallible> {
    if workspace.metadata.deletion_timestamp.is_some() {
        return teardown::plan(workspace, observed);
    }
    // Nothing tells us when the Gateway API is installed or a foreign object goes.
    let obstructed = matches!(observed.gateway, Some(Err(_))) || !observed.taken.is_empty();
    let mut plan = Plan {
        finalizer: Finalizer::held_by(&workspace.metadata),
        again_in: obstructed.then_some(LOOK_AGAIN),
        ..Plan::default()
    };
    let Ok(components) = components(workspace, observed) else {
        return plan;
    };
    plan.apply.extend(components);
    plan.apply.extend(routes::desired(workspace, observed));
    plan.delete = stale(workspace, observed);
    plan
}

/// Components that exist or may exist now, when everything in the spec makes sense.
pub(super) fn components(
    workspace: &Workspace,
    observed: &Observed,
) -> Result<Vec<Desired>, SpecError> {
    let graph = draft::graph(workspace)?;
    places(workspace)?;
    let mut components = Vec::new();
    for (index, component) in workspace.spec.components.iter().enumerate() {
        let rendered = render::component(workspace, observed, &graph, index, component);
        let exists = observed.components.contains_key(&component.name);
        match rendered {
            Err(errors) => {
                if let Some(error) = render::first_unknown(&errors) {
                    return Err(SpecError {
                        reason: reason::UNKNOWN_REFERENCE,
                        message: error.to_string(),
                    });
                }
            }
            Ok(desired) => {
                let free = !observed
                    .taken
                    .contains(&(Kind::Component, desired.key.clone()));
                let going = observed
                    .components
                    .get(&component.name)
                    .is_some_and(|held| held.metadata.deletion_timestamp.is_some());
                let may_exist = exists
                    || graph
                        .blocked_by(&component.name, |name| state(observed, name))
                        .is_empty();
                if free && !going && may_exist {
                    components.push(desired);
                }
            }
        }
    }
    Ok(components)
}

/// How a component is, for those that depend on it. What is said of an older generation does not count.
pub(super) fn state(observed: &Observed, name: &str) -> State {
    let Some(component) = observed.components.get(name) else {
        return State::default();
    };
    let status = component
        .status
        .as_ref()
        .filter(|status| status.observed_generation == component.metadata.generation);
    let conditions = status
        .map(|status| status.conditions.as_slice())
        .unwrap_or_default();
    State {
        exists: true,
        started: holds(conditions, STARTED),
        ready: holds(conditions, READY),
        completed: holds(conditions, COMPLETED),
    }
}

/// Whether a name is about to lead elsewhere, so that what was said of it does not hold for where it will lead.
fn is_moving(wanted: &[Desired], observed: &Observed) -> bool {
    observed.records.iter().any(|record| {
        let key = Key::of(&record.metadata);
        let mut wanted = wanted.iter();
        let wanted = wanted.find(|object| object.kind == Kind::DNSRecord && object.key == key);
        wanted.is_some_and(|object| {
            object.object().pointer("/spec/values") != Some(&json!(record.spec.values))
        })
    })
}

/// What the workspace has and the spec does not want any more: names first, then routes, then components.
fn stale(workspace: &Workspace, observed: &Observed) -> Vec<Deletion> {
    let wanted = routes::desired(workspace, observed);
    // An old place goes when the new ones are reached, so that a workspace is never without; nothing is taken away while
    // the Gateway is away.
    let settled = !matches!(observed.gateway, Some(Err(_)))
        && reach::pending(workspace, observed).is_none()
        && !is_moving(&wanted, observed);
    let is_wanted = |kind: Kind, key: &Key| {
        !settled
            || wanted
                .iter()
                .any(|object| object.kind == kind && object.key == *key)
    };
    let mut deletions: Vec<Deletion> = observed
        .records
        .iter()
        .filter(|record| !is_wanted(Kind::DNSRecord, &Key::of(&record.metadata)))
        .filter_map(|record| Deletion::of(Kind::DNSRecord, &record.metadata))
        .collect();
    // Names that go lead to what goes with them; one that is wanted leads to what is wanted by now.
    let going = |record: &&Arc<DNSRecord>| !is_wanted(Kind::DNSRecord, &Key::of(&record.metadata));
    let going: Vec<Key> = observed
        .records
        .iter()
        .filter(going)
        .map(|record| Key::of(&record.metadata))
        .collect();
    let routes = observed.routes.iter().filter(|route| {
        let key = Key::of(&route.metadata);
        !is_wanted(Kind::HTTPRoute, &key) && !going.contains(&key)
    });
    deletions.extend(routes.filter_map(|route| Deletion::of(Kind::HTTPRoute, &route.metadata)));
    let tunnels = observed
        .tunnels
        .iter()
        .filter(|tunnel| !is_wanted(Kind::Tunnel, &Key::of(&tunnel.metadata)) && going.is_empty());
    deletions.extend(tunnels.filter_map(|tunnel| Deletion::of(Kind::Tunnel, &tunnel.metadata)));
    let gone = |name: &str| {
        !workspace
            .spec
            .components
            .iter()
            .any(|component| component.name == name)
    };
    let components = observed.components.iter().filter(|(name, _)| gone(name));
    deletions.extend(
        components.filter_map(|(_, component): (_, &Arc<Component>)| {
            Deletion::of(Kind::Component, &component.metadata)
        }),
    );
    deletions
}
