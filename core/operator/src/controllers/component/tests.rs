//! What a component makes and what it says, on the pure functions.

use super::{
    Observed,
    build::{service, workload},
    plan::plan,
    status::status,
};
use crate::{
    cluster::{ContainerState, ContainerSummary, Kind, PodSummary, RawObject, Termination},
    engine::Results,
};
use jiff::Timestamp;
use kube::core::DynamicObject;
use maquette_api::{COMPONENT_LABEL, Component, WORKSPACE_LABEL};
use serde_json::{Value, json};
use std::sync::Arc;

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

#[expect(clippy::needless_pass_by_value, reason = "the cases read better")]
fn live(kind: Kind, spec: Value, status: Value) -> (Kind, Arc<RawObject>) {
    let mut object = DynamicObject::new("shop-web", &kind.api_resource());
    object.metadata.generation = Some(1);
    object.metadata.uid = Some("w1".into());
    object.data = json!({ "spec": spec, "status": status });
    (kind, Arc::new(object.into()))
}

fn pod(state: ContainerState, last: Option<Termination>) -> Arc<PodSummary> {
    let mut pod = PodSummary {
        phase: "Running".into(),
        ..PodSummary::default()
    };
    pod.metadata.name = Some("shop-web-1".into());
    pod.containers = vec![ContainerSummary {
        name: "web".into(),
        image: "web:1".into(),
        restarts: 1,
        ready: false,
        state,
        last,
    }];
    Arc::new(pod)
}

fn said(component: &Component, observed: &Observed) -> (String, String) {
    let report = status(
        component,
        observed,
        &Results::default(),
        Timestamp::from_second(1).unwrap(),
    );
    (report.verdict.reason.to_owned(), report.verdict.message)
}

#[test]
fn a_component_becomes_a_workload_and_a_service() {
    insta::assert_json_snapshot!(json!([
        workload(&simple(), false).object(),
        service(&simple()).unwrap().object()
    ]));
}

#[test]
fn in_a_restricted_namespace_pods_meet_the_restricted_standard_unless_they_say_otherwise() {
    let object = workload(&simple(), true);
    let spec = &object.object()["spec"]["template"]["spec"];
    assert_eq!(
        spec["securityContext"],
        json!({ "runAsNonRoot": true, "seccompProfile": { "type": "RuntimeDefault" } })
    );
    assert_eq!(
        spec["containers"][0]["securityContext"],
        json!({ "allowPrivilegeEscalation": false, "capabilities": { "drop": ["ALL"] } })
    );
}

#[test]
fn networks_are_inferred_from_container_ports() {
    let component = component(
        json!({ "template": { "containers": [{ "name": "db", "ports": [{ "containerPort": 3306 }, { "containerPort": 53, "name": "dns", "protocol": "UDP" }] }] } }),
    );
    let ports = service(&component).unwrap().object()["spec"]["ports"].clone();
    assert_eq!(
        ports,
        json!([
            { "name": "port-3306", "port": 3306, "targetPort": 3306, "protocol": "TCP" },
            { "name": "dns", "port": 53, "targetPort": 53, "protocol": "UDP" }
        ])
    );
}

#[test]
fn a_job_with_another_template_is_replaced_and_not_changed() {
    let job = component(
        json!({ "workload": "Job", "template": { "containers": [{ "name": "m", "image": "m:2" }] } }),
    );
    let observed = Observed {
        workloads: vec![live(Kind::Job, json!({}), json!({}))],
        ..Observed::default()
    };
    let plan = plan(&job, &observed);
    assert_eq!((plan.apply.len(), plan.delete.len()), (0, 1));
}

#[test]
fn what_somebody_else_made_is_not_touched() {
    let observed = Observed {
        taken: vec![Kind::Service],
        ..Observed::default()
    };
    assert!(plan(&simple(), &observed).apply.is_empty());
    assert_eq!(said(&simple(), &observed).0, "NameTaken");
}

#[test]
fn a_crashing_container_is_explained_with_its_last_words_whether_it_waits_or_runs_again() {
    let ended = Termination {
        exit_code: 1,
        reason: "Error".into(),
        message: "no such table: visits\n".into(),
    };
    let waits = ContainerState::Waiting {
        reason: "CrashLoopBackOff".into(),
        message: "back-off 10s".into(),
    };
    let workload = || {
        live(
            Kind::Deployment,
            json!({ "replicas": 1 }),
            json!({ "observedGeneration": 1, "updatedReplicas": 1, "replicas": 1 }),
        )
    };
    for state in [waits, ContainerState::Running] {
        let observed = Observed {
            workloads: vec![workload()],
            pods: vec![pod(state, Some(ended.clone()))],
            ..Observed::default()
        };
        assert_eq!(
            said(&simple(), &observed),
            ("CrashLoop".into(), "container web of pod shop-web-1 ended with exit code 1; its last words: no such table: visits".into())
        );
    }
}

#[test]
fn an_image_that_cannot_be_pulled_and_too_little_memory_are_told_apart() {
    let workload = || {
        live(
            Kind::Deployment,
            json!({ "replicas": 1 }),
            json!({ "observedGeneration": 1 }),
        )
    };
    let pulling = ContainerState::Waiting {
        reason: "ImagePullBackOff".into(),
        message: "not found".into(),
    };
    let killed = Termination {
        exit_code: 137,
        reason: "OOMKilled".into(),
        message: String::new(),
    };
    for (state, last, reason) in [
        (pulling, None, "ImagePullFailed"),
        (ContainerState::Running, Some(killed), "OutOfMemory"),
    ] {
        let observed = Observed {
            workloads: vec![workload()],
            pods: vec![pod(state, last)],
            ..Observed::default()
        };
        assert_eq!(said(&simple(), &observed).0, reason);
    }
}

#[test]
fn ready_is_what_the_workload_controller_says_of_the_current_generation() {
    let ready = json!({ "observedGeneration": 1, "replicas": 1, "updatedReplicas": 1, "availableReplicas": 1 });
    let observed = |status: &Value, generation| {
        let (kind, object) = live(Kind::Deployment, json!({ "replicas": 1 }), status.clone());
        let mut object = (*object).clone();
        object.metadata.generation = Some(generation);
        Observed {
            workloads: vec![(kind, Arc::new(object))],
            ..Observed::default()
        }
    };
    assert_eq!(said(&simple(), &observed(&ready, 1)).0, "Ready");
    assert_eq!(said(&simple(), &observed(&ready, 2)).0, "Progressing");
    let rolling = json!({ "observedGeneration": 1, "replicas": 2, "updatedReplicas": 1, "availableReplicas": 2 });
    assert_eq!(said(&simple(), &observed(&rolling, 1)).0, "Progressing");
}

#[test]
fn a_component_keeps_its_finalizer_until_its_workload_was_seen_to_be_gone() {
    let mut component = simple();
    component.metadata.deletion_timestamp = Some(
        k8s_openapi::apimachinery::pkg::apis::meta::v1::Time(Timestamp::from_second(1).unwrap()),
    );
    let mut observed = Observed {
        workloads: vec![live(Kind::Deployment, json!({}), json!({}))],
        ..Observed::default()
    };
    assert_eq!(
        plan(&component, &observed).finalizer,
        crate::engine::Finalizer::Keep
    );
    observed.workloads.clear();
    assert_eq!(
        plan(&component, &observed).finalizer,
        crate::engine::Finalizer::Remove
    );
}
