//! Objects that a component creates and conditions that it reports, on the pure functions.

mod jobs;
mod messages;
mod objects;
mod pods;

use super::{Observed, defaults::Defaults, plan::plan, status::status};
use crate::{
    cluster::{ContainerState, ContainerSummary, Kind, PodSummary, RawObject, Termination},
    engine::{Plan, Report, Results},
};
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use kube::core::DynamicObject;
use maquette_api::{COMPONENT_LABEL, Component, ComponentStatus, WORKSPACE_LABEL};
use serde_json::{Value, json};
use std::{convert::Infallible, sync::Arc};

fn component(spec: Value) -> Component {
    let mut component = Component::new("shop-web", serde_json::from_value(spec).unwrap());
    component.metadata.namespace = Some("shop".into());
    component.metadata.uid = Some("u1".into());
    component.metadata.labels = Some(
        [
            (WORKSPACE_LABEL.into(), "shop".into()),
            (COMPONENT_LABEL.into(), "web".into()),
        ]
        .into(),
    );
    component.metadata.finalizers = Some(vec![maquette_api::FINALIZER.into()]);
    component
}

fn simple() -> Component {
    component(
        json!({ "template": { "containers": [{ "name": "web", "image": "web:1" }] }, "networks": [{ "name": "http", "port": 80, "targetPort": 3000 }] }),
    )
}

fn stateful_set() -> Component {
    component(
        json!({ "workload": "StatefulSet", "template": { "containers": [{ "name": "web", "image": "web:1" }] } }),
    )
}

fn job(image: &str) -> Component {
    component(
        json!({ "workload": "Job", "template": { "containers": [{ "name": "web", "image": image }] } }),
    )
}

fn now() -> Timestamp {
    Timestamp::from_second(1).unwrap()
}

fn planned(component: &Component, observed: &Observed) -> Plan<Infallible> {
    plan(component, observed, now())
}

fn reported(component: &Component, observed: &Observed) -> Report<ComponentStatus> {
    status(component, observed, &Results::default(), now())
}

fn said(component: &Component, observed: &Observed) -> (String, String) {
    let report = reported(component, observed);
    (report.verdict.reason.to_owned(), report.verdict.message)
}

/// The API server has the workload of the component, with this status.
fn live(component: &Component, status: Value) -> (Kind, Arc<RawObject>) {
    live_with(component, Defaults::NEWEST, status)
}

fn live_with(component: &Component, defaults: Defaults, status: Value) -> (Kind, Arc<RawObject>) {
    let wanted = super::build::workload(component, defaults, false);
    let mut object: DynamicObject = serde_json::from_value(wanted.object().clone()).unwrap();
    object.metadata.generation = Some(1);
    object.metadata.uid = Some("w1".into());
    object.data["status"] = status;
    (wanted.kind, Arc::new(object.into()))
}

fn deleted(object: &RawObject) -> Arc<RawObject> {
    let mut object = object.clone();
    object.metadata.deletion_timestamp = Some(Time(now()));
    Arc::new(object)
}

fn with(workload: (Kind, Arc<RawObject>), pods: Vec<Arc<PodSummary>>) -> Observed {
    Observed {
        workloads: vec![workload],
        pods,
        ..Observed::default()
    }
}

/// A pod of the workload, whose container is in this state and ended like this before.
fn pod(state: ContainerState, last: Option<Termination>) -> PodSummary {
    let mut pod = PodSummary {
        phase: "Running".into(),
        ..PodSummary::default()
    };
    pod.metadata.name = Some("shop-web-1".into());
    pod.metadata.namespace = Some("shop".into());
    pod.metadata.uid = Some("p1".into());
    pod.containers = vec![ContainerSummary {
        name: "web".into(),
        image: "web:1".into(),
        restarts: 1,
        ready: false,
        state,
        last,
    }];
    pod
}

/// A controller of this kind and UID has the pod.
fn controlled(mut pod: PodSummary, kind: &str, uid: &str) -> PodSummary {
    let owner = json!([{ "apiVersion": "v1", "kind": kind, "name": "shop-web", "uid": uid, "controller": true }]);
    pod.metadata.owner_references = serde_json::from_value(owner).unwrap();
    pod
}

fn labeled(mut pod: PodSummary, label: &str, value: &str) -> PodSummary {
    let labels = pod.metadata.labels.get_or_insert_default();
    labels.insert(label.into(), value.into());
    pod
}

fn waiting(reason: &str, message: &str) -> ContainerState {
    ContainerState::Waiting {
        reason: reason.into(),
        message: message.into(),
    }
}

fn ended(exit_code: i32, reason: &str, message: &str) -> Termination {
    Termination {
        exit_code,
        reason: reason.into(),
        message: message.into(),
    }
}

fn names(plan: &Plan<Infallible>) -> Vec<String> {
    let applied = plan.apply.iter();
    let applied = applied.map(|object| format!("apply {} {}", object.kind, object.key.name));
    let deleted = plan.delete.iter();
    let deleted = deleted.map(|object| format!("delete {} {}", object.kind, object.key.name));
    applied.chain(deleted).collect()
}
