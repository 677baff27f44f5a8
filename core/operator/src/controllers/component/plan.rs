//! Which objects a component needs, and which ones go.

use super::{
    Observed,
    build::{service, workload, workload_kind},
};
use crate::{
    cluster::{Key, Kind, RawObject},
    engine::{Deletion, Desired, Finalizer, Plan},
};
use maquette_api::Component;
use std::{convert::Infallible, time::Duration};

/// How often a name is looked for that somebody else's object has.
const LOOK_AGAIN: Duration = Duration::from_secs(10);

pub(super) fn plan(component: &Component, observed: &Observed) -> Plan<Infallible> {
    if component.metadata.deletion_timestamp.is_some() {
        teardown(observed)
    } else {
        keep(component, observed)
    }
}

fn teardown(observed: &Observed) -> Plan<Infallible> {
    let workloads = observed
        .workloads
        .iter()
        .map(|(kind, object)| (*kind, object.as_ref()));
    let services = observed
        .services
        .iter()
        .map(|object| (Kind::Service, object.as_ref()));
    let left: Vec<_> = workloads.chain(services).collect();
    Plan {
        finalizer: if left.is_empty() {
            Finalizer::Remove
        } else {
            Finalizer::Keep
        },
        delete: left
            .into_iter()
            .filter_map(|(kind, object)| deletion(kind, object))
            .collect(),
        ..Plan::default()
    }
}

fn keep(component: &Component, observed: &Observed) -> Plan<Infallible> {
    let mut plan = Plan {
        finalizer: Finalizer::held_by(&component.metadata),
        ..Plan::default()
    };
    if !taken(component, observed).is_empty() {
        plan.again_in = Some(LOOK_AGAIN);
        return plan;
    }
    let wanted = workload(component, observed.restricted);
    let stale: Vec<&(Kind, _)> = observed
        .workloads
        .iter()
        .filter(|(kind, object)| must_be_replaced(*kind, object, &wanted))
        .collect();
    plan.delete.extend(
        stale
            .iter()
            .filter_map(|(kind, object)| deletion(*kind, object)),
    );
    // A new workload is made when the old one is gone, so that two never run side by side.
    if stale.is_empty() {
        plan.apply.push(wanted);
    }
    let service = service(component);
    if service.is_none() {
        plan.delete.extend(
            observed
                .services
                .iter()
                .filter_map(|object| deletion(Kind::Service, object)),
        );
    }
    plan.apply.extend(service);
    plan
}

/// Kinds of which an object with the component's name is in the way.
pub(super) fn taken(component: &Component, observed: &Observed) -> Vec<Kind> {
    let wanted = [
        Some(workload_kind(component)),
        service(component).map(|_| Kind::Service),
    ];
    observed
        .taken
        .iter()
        .copied()
        .filter(|kind| wanted.contains(&Some(*kind)))
        .collect()
}

/// The kind changed; or it is a Job, whose template cannot be changed, and another one is wanted.
fn must_be_replaced(kind: Kind, object: &RawObject, wanted: &Desired) -> bool {
    if kind != wanted.kind || object.metadata.deletion_timestamp.is_some() {
        return true;
    }
    let applied = wanted
        .object()
        .get("metadata")
        .and_then(|m| m.get("annotations"))
        .and_then(|a| a.as_object());
    let held = object.metadata.annotations.as_ref();
    kind == Kind::Job
        && applied.into_iter().flatten().any(|(key, value)| {
            held.and_then(|held| held.get(key)).map(String::as_str) != value.as_str()
        })
}

/// Nothing where it is being deleted already.
fn deletion(kind: Kind, object: &RawObject) -> Option<Deletion> {
    if object.metadata.deletion_timestamp.is_some() {
        return None;
    }
    Some(Deletion {
        kind,
        key: Key::of(&object.metadata),
        uid: object.metadata.uid.clone()?,
        foreground: kind != Kind::Service,
    })
}
