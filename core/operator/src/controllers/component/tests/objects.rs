//! The workload and the Services.

use super::*;
use crate::{
    cluster::{Cause, Key, Refusal},
    controllers::component::{
        build::{services, workload},
        networks,
    },
};
use maquette_api::COMPONENT_UID_LABEL;

fn spec(component: &Component) -> Value {
    workload(component, Defaults::NEWEST, false).object()["spec"].clone()
}

#[test]
fn a_component_becomes_a_workload_and_a_service() {
    insta::assert_json_snapshot!(json!([
        workload(&simple(), Defaults::NEWEST, false).object(),
        services(&simple())[0].object()
    ]));
}

#[test]
fn in_a_restricted_namespace_pods_meet_the_restricted_standard_unless_they_say_otherwise() {
    let object = workload(&simple(), Defaults::NEWEST, true);
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
fn the_number_of_replicas_is_left_to_others_where_the_user_says_nothing() {
    assert_eq!(spec(&simple()).get("replicas"), None);
    let mut two = simple();
    two.spec.replicas = Some(2);
    assert_eq!(spec(&two)["replicas"], 2);
    assert_eq!(
        spec(&two)["template"],
        spec(&simple())["template"],
        "scaling changes the pods"
    );
}

#[test]
fn pods_are_selected_by_a_label_that_no_other_program_sets() {
    let selector = json!({ COMPONENT_UID_LABEL: "u1" });
    let spec = spec(&simple());
    assert_eq!(spec["selector"]["matchLabels"], selector);
    assert_eq!(
        services(&simple())[0].object()["spec"]["selector"],
        selector
    );
    let labels = &spec["template"]["metadata"]["labels"];
    assert_eq!(labels[COMPONENT_UID_LABEL], "u1");
    assert_eq!(
        labels["app.kubernetes.io/instance"], "shop-web",
        "the caches find pods by it"
    );
}

#[test]
fn a_deployment_has_the_strategy_of_its_user_with_all_fields() {
    let with = |strategy: Option<&str>| {
        let mut component = simple();
        component.spec.strategy = serde_json::from_value(json!(strategy)).unwrap();
        spec(&component)["strategy"].clone()
    };
    let rolling = json!({
        "type": "RollingUpdate",
        "rollingUpdate": { "maxSurge": "25%", "maxUnavailable": "25%" },
    });
    assert_eq!(with(None), rolling);
    assert_eq!(with(Some("RollingUpdate")), rolling);
    assert_eq!(with(Some("Recreate")), json!({ "type": "Recreate" }));
    assert_eq!(spec(&stateful_set()).get("strategy"), None);
}

#[test]
fn a_stateful_set_starts_its_pods_in_parallel_and_has_a_headless_governing_service() {
    let component = stateful_set();
    let spec = spec(&component);
    assert_eq!(spec["podManagementPolicy"], "Parallel");
    assert_eq!(spec["serviceName"], "shop-web-headless");
    let services = services(&component);
    assert_eq!(services.len(), 1);
    assert_eq!(services[0].key.name, "shop-web-headless");
    assert_eq!(services[0].object()["spec"]["clusterIP"], "None");
}

fn inferred(containers: &Value, init: &Value) -> Vec<(String, u16, &'static str)> {
    let component =
        component(json!({ "template": { "containers": containers, "initContainers": init } }));
    let networks = networks(&component.spec).into_iter();
    networks
        .map(|network| {
            let protocol = network.protocol.unwrap_or_default().as_str();
            (network.name, network.port, protocol)
        })
        .collect()
}

#[test]
fn networks_are_the_ports_of_containers_and_sidecars_with_a_name_each() {
    let containers = json!([
        { "name": "db", "ports": [
            { "containerPort": 53, "protocol": "UDP" },
            { "containerPort": 53 },
            { "containerPort": 5060, "protocol": "SCTP" },
            { "containerPort": 8080, "name": "http" },
        ] },
        { "name": "copy", "ports": [{ "containerPort": 53 }, { "containerPort": 8081, "name": "http" }] },
    ]);
    let init = json!([
        { "name": "proxy", "restartPolicy": "Always", "ports": [{ "containerPort": 15001, "name": "proxy" }] },
        { "name": "setup", "ports": [{ "containerPort": 1 }] },
    ]);
    let found = inferred(&containers, &init);
    let found: Vec<_> = found.iter().map(|(n, p, t)| (n.as_str(), *p, *t)).collect();
    assert_eq!(
        found,
        [
            ("port-53-udp", 53, "UDP"),
            ("port-53", 53, "TCP"),
            ("port-5060-sctp", 5060, "SCTP"),
            ("http", 8080, "TCP"),
            ("port-8081", 8081, "TCP"),
            ("proxy", 15001, "TCP"),
        ]
    );
}

#[test]
fn the_first_container_declares_each_port_once_and_only_names_that_it_may_have() {
    let component = component(json!({
        "template": { "containers": [{ "name": "web", "image": "web:1" }] },
        "networks": [
            { "name": "http", "port": 80, "targetPort": 8080 },
            { "name": "http-alt", "port": 8080 },
            { "name": "3306", "port": 3306 },
            { "name": "a--b", "port": 81 },
            { "name": "dns", "port": 8080, "protocol": "UDP" },
        ],
    }));
    assert_eq!(
        spec(&component)["template"]["spec"]["containers"][0]["ports"],
        json!([
            { "containerPort": 8080, "name": "http", "protocol": "TCP" },
            { "containerPort": 3306, "protocol": "TCP" },
            { "containerPort": 81, "protocol": "TCP" },
            { "containerPort": 8080, "name": "dns", "protocol": "UDP" },
        ])
    );
}

#[test]
fn a_release_with_other_defaults_replaces_no_pods_until_the_user_changes_the_template() {
    let deployment = simple();
    let held = live(&deployment, json!({}));
    let observed = with(held.clone(), vec![]);
    let template = |component: &Component| {
        let plan = super::super::plan::keep(component, &observed, Defaults::NEXT);
        plan.apply[0].object()["spec"]["template"].clone()
    };
    assert_eq!(template(&deployment), held.1.spec()["template"]);
    let mut changed = deployment.clone();
    changed.spec.template.0["containers"][0]["image"] = json!("web:2");
    assert_eq!(
        template(&changed)["spec"]["containers"][0]["terminationMessagePolicy"],
        "File"
    );
}

#[test]
fn an_object_of_the_same_name_is_reported_and_does_not_block_the_others() {
    let results = Results {
        refused: vec![Refusal {
            kind: Kind::Service,
            key: Key::new("shop", "shop-web"),
            cause: Cause::NameTaken("Service shop/shop-web".to_owned()),
        }],
        ..Results::default()
    };
    let report = status(&simple(), &Observed::default(), &results, now());
    assert_eq!(report.verdict.reason, "NameTaken");
    assert!(report.verdict.message.contains("Service shop/shop-web"));
}
