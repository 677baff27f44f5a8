//! Which objects a component needs, and which are deleted.

use super::{
    Observed,
    build::{services, workload, workload_kind},
    defaults::Defaults,
    identity::{TEMPLATE_HASH_ANNOTATION, has_completed, template_hash},
    progress,
    teardown::{self, deletion},
};
use crate::{
    cluster::{Key, Kind, RawObject},
    engine::{Finalizer, Plan},
};
use jiff::Timestamp;
use maquette_api::Component;
use std::convert::Infallible;

pub(super) fn plan(component: &Component, observed: &Observed, now: Timestamp) -> Plan<Infallible> {
    if component.metadata.deletion_timestamp.is_some() {
        return teardown::plan(component, observed);
    }
    Plan {
        again_in: progress::next_look(component, observed, now),
        ..keep(component, observed, Defaults::NEWEST)
    }
}

/// Everything but the time of the next look. `newest` is the version of the defaults for new workloads.
pub(super) fn keep(
    component: &Component,
    observed: &Observed,
    newest: Defaults,
) -> Plan<Infallible> {
    let mut plan = Plan {
        finalizer: Finalizer::held_by(&component.metadata),
        ..Plan::default()
    };
    let (kind, hash) = (workload_kind(component), template_hash(component));
    let held: Option<&RawObject> = observed.workload(kind).map(AsRef::as_ref);
    let stale = observed
        .workloads
        .iter()
        .filter(|(held, object)| must_be_replaced(*held, object, kind, &hash));
    let stale: Vec<_> = stale.collect();
    // A new workload is created when the old one is gone, so that two never run side by side. A Job runs once: one that exists
    // is not changed, and one that has completed is not created again.
    let is_done = kind == Kind::Job && (held.is_some() || has_completed(component));
    if stale.is_empty() && !is_done {
        let defaults = Defaults::of(held, &hash, newest);
        plan.apply
            .push(workload(component, defaults, observed.restricted));
    }
    let stale = stale.into_iter();
    plan.delete
        .extend(stale.filter_map(|(kind, object)| deletion(*kind, object)));
    let services = services(component);
    let is_wanted = |object: &RawObject| {
        let key = Key::of(&object.metadata);
        services.iter().any(|service| service.key == key)
    };
    let unwanted = observed.services.iter().filter(|held| !is_wanted(held));
    plan.delete
        .extend(unwanted.filter_map(|object| deletion(Kind::Service, object)));
    plan.apply.extend(services);
    plan
}

/// It is being deleted, its kind has changed, or it is a Job of another template: the template of a Job cannot be changed.
fn must_be_replaced(held: Kind, object: &RawObject, wanted: Kind, hash: &str) -> bool {
    held != wanted
        || object.metadata.deletion_timestamp.is_some()
        || (held == Kind::Job && !is_of_template(object, hash))
}

/// Whether the workload was created from the template of this hash.
pub(super) fn is_of_template(workload: &RawObject, hash: &str) -> bool {
    let annotations = workload.metadata.annotations.as_ref();
    annotations
        .and_then(|annotations| annotations.get(TEMPLATE_HASH_ANNOTATION))
        .is_some_and(|held| held == hash)
}
