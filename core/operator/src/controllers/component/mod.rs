//! Component: a workload and its Services, and why it is not ready where it is not.

mod build;
mod defaults;
mod explain;
mod identity;
mod networks;
mod observe;
mod plan;
mod ports;
mod probes;
mod progress;
mod revision;
mod status;
mod teardown;
#[cfg(test)]
mod tests;
mod words;

use crate::{
    cluster::Reads,
    engine::{Controller, Plan, Report, Results},
};
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use maquette_api::{
    Component, ComponentStatus,
    component::STARTED,
    condition::{self, Outcome},
};
use std::{convert::Infallible, sync::Arc};

pub(super) use explain::explain;
pub use identity::{TEMPLATE_HASH_ANNOTATION, hash_of, template_hash};
pub use networks::networks;
pub use observe::Observed;
pub(super) use progress::progress;

/// Annotation that names a condition that another component waits for, so that it is reported without delay.
pub const AWAITED_ANNOTATION: &str = "maquette.dev/awaited";

/// Reconciles Components.
pub struct ComponentController;

impl Controller for ComponentController {
    type Object = Component;
    type Observed = Observed;
    type Call = Infallible;
    type Answer = Infallible;

    fn conditions(status: &ComponentStatus) -> &[Condition] {
        &status.conditions
    }

    async fn observe(&self, reads: &Reads, object: &Arc<Component>) -> Observed {
        observe::observe(reads, object)
    }

    fn plan(object: &Component, observed: &Observed, now: Timestamp) -> Plan<Infallible> {
        plan::plan(object, observed, now)
    }

    fn status(
        object: &Component,
        observed: &Observed,
        _: &Plan<Infallible>,
        results: &Results<Infallible, Infallible>,
        now: Timestamp,
    ) -> Report<ComponentStatus> {
        status::status(object, observed, results, now)
    }

    async fn call(&self, _: &Arc<Component>, call: Infallible) -> Infallible {
        match call {}
    }

    fn can_wait(object: &Component, new: &Report<ComponentStatus>) -> bool {
        let held = object
            .status
            .as_ref()
            .map(|status| status.conditions.as_slice())
            .unwrap_or_default();
        let awaited = object
            .metadata
            .annotations
            .as_ref()
            .and_then(|a| a.get(AWAITED_ANNOTATION))
            .is_some_and(|c| c == STARTED);
        let starts =
            condition::holds(&new.status.conditions, STARTED) != condition::holds(held, STARTED);
        new.verdict.outcome == Outcome::Progressing
            && !condition::holds(held, condition::READY)
            && !(awaited && starts)
    }
}

impl crate::controllers::FromContext for ComponentController {
    fn from_context(_: &crate::controllers::Context) -> Self {
        Self
    }
}
