//! A workspace's life on the pure functions: what may exist when, and what is said.

mod available;
mod deletion;
mod hash;
mod hosts;
mod order;
mod outside;
mod tunnel;
mod updates;

use super::{
    decide::decide,
    decision::Decision,
    observe::{Gateway, GatewayProblem, Observed},
    spec::Spec,
};
use crate::{
    cluster::{Key, Kind, Listener},
    engine::{Finalizer, Plan, Report, Results},
};
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use kube::core::DynamicObject;
use maquette_api::{
    Component, DNSRecord, FINALIZER, HostClaim, Workspace, WorkspaceStatus, condition::Verdict,
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, convert::Infallible, sync::Arc};

fn shop() -> Workspace {
    workspace(json!({
        "networking": {
            "dns": { "provider": "corp", "zone": "preview.test" },
            "gateway": { "name": "shared", "namespace": "infra" },
            "routes": [{ "to": { "component": "web" } }],
        },
        "components": [
            { "name": "redis", "workload": "StatefulSet", "template": { "containers": [{ "name": "redis" }] }, "networks": [{ "name": "tcp", "port": 6379 }] },
            { "name": "migrate", "workload": "Job", "dependsOn": [{ "component": "redis" }], "template": { "containers": [{ "name": "migrate" }] } },
            { "name": "web", "dependsOn": [{ "component": "migrate" }], "networks": [{ "name": "http", "port": 3000 }],
              "template": { "containers": [{ "name": "web", "env": [
                { "name": "REDIS", "value": "${components::redis.networks.tcp}" },
                { "name": "SELF", "value": "${workspace::url}" },
                { "name": "HOME_DIR", "value": "${HOME}" }] }] } },
        ],
    }))
}

/// The status of a workspace that holds these hosts.
fn holding(hosts: &[&str]) -> WorkspaceStatus {
    let hosts = hosts.iter().map(|host| (*host).to_owned());
    WorkspaceStatus {
        hosts: HostClaim::extend(&[], hosts, now()),
        ..WorkspaceStatus::default()
    }
}

fn decided(workspace: &Workspace, observed: &Observed) -> Decision {
    decide(workspace, &Spec::of(workspace), observed)
}

fn plan(workspace: &Workspace, observed: &Observed) -> Plan<Infallible> {
    super::plan::plan(workspace, &decided(workspace, observed), now())
}

fn status(
    workspace: &Workspace,
    observed: &Observed,
    results: &Results<Infallible, Infallible>,
    now: Timestamp,
) -> Report<WorkspaceStatus> {
    super::status::status(workspace, &decided(workspace, observed), results, now)
}

fn workspace(spec: Value) -> Workspace {
    let mut workspace = Workspace::new("shop", serde_json::from_value(spec).unwrap());
    workspace.metadata.namespace = Some("team".into());
    workspace.metadata.uid = Some("u1".into());
    workspace.metadata.generation = Some(1);
    workspace.metadata.finalizers = Some(vec![FINALIZER.into()]);
    workspace.status = Some(holding(&["shop.preview.test"]));
    workspace
}

fn listener(name: &str, protocol: &str, port: u16, hostname: Option<&str>) -> Listener {
    Listener {
        name: name.into(),
        protocol: protocol.into(),
        port,
        hostname: hostname.map(str::to_owned),
    }
}

fn around() -> Observed {
    let gateway = Gateway {
        addresses: vec![("IPAddress".into(), "198.18.0.1".into())],
        listeners: vec![listener("web", "HTTP", 8000, None)],
    };
    Observed {
        gateway: Some(Ok(gateway)),
        dns_provider: Some("corp".into()),
        ..Observed::default()
    }
}

/// A component that exists, with this verdict.
fn with(observed: &mut Observed, name: &str, verdict: Option<&Verdict>, more: &[&str]) {
    let spec = json!({ "template": { "containers": [] } });
    let mut component = Component::new(
        &format!("shop-{name}"),
        serde_json::from_value(spec).unwrap(),
    );
    component.metadata.namespace = Some("team".into());
    component.metadata.uid = Some(format!("uid-{name}"));
    component.metadata.generation = Some(1);
    if let Some(verdict) = verdict {
        let mut conditions = verdict.conditions(&[], Some(1), now());
        for kind in more {
            conditions.push(maquette_api::condition::condition(
                &[],
                kind,
                true,
                "R",
                "",
                Some(1),
                now(),
            ));
        }
        component.status = Some(maquette_api::ComponentStatus {
            observed_generation: Some(1),
            conditions,
            ..Default::default()
        });
    }
    observed
        .components
        .insert(name.to_owned(), Arc::new(component));
}

fn now() -> Timestamp {
    Timestamp::from_second(1000).unwrap()
}

fn names(plan: &Plan<Infallible>) -> Vec<String> {
    plan.apply
        .iter()
        .map(|object| format!("{} {}", object.kind, object.key.name))
        .collect()
}

fn deleted(plan: &Plan<Infallible>) -> Vec<String> {
    plan.delete
        .iter()
        .map(|object| format!("{} {}", object.kind, object.key.name))
        .collect()
}

fn said(workspace: &Workspace, observed: &Observed) -> (String, String, String) {
    let report = status(workspace, observed, &Results::default(), now());
    (
        format!("{:?}", report.status.phase),
        report.verdict.reason.to_owned(),
        report.verdict.message,
    )
}

#[test]
fn references_are_replaced_and_what_is_none_stays() {
    let mut observed = around();
    with(&mut observed, "redis", Some(&Verdict::ready("")), &[]);
    with(
        &mut observed,
        "migrate",
        Some(&Verdict::ready("")),
        &["Completed"],
    );
    let plan = plan(&shop(), &observed);
    let web = plan
        .apply
        .iter()
        .find(|object| object.key.name == "shop-web")
        .unwrap();
    let values: Vec<&Value> = web.object()["spec"]["template"]["containers"][0]["env"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| &e["value"])
        .collect();
    assert_eq!(
        values,
        [
            "shop-redis.team.svc:6379",
            "http://shop.preview.test:8000",
            "${HOME}"
        ]
    );
}

#[test]
fn a_route_and_a_record_set_are_made_for_the_host() {
    let plan = plan(&shop(), &around());
    let specs: BTreeMap<String, &Value> = plan
        .apply
        .iter()
        .filter(|o| o.kind != Kind::Component)
        .map(|o| (format!("{} {}", o.kind, o.key.name), &o.object()["spec"]))
        .collect();
    insta::assert_json_snapshot!(specs);
}

#[test]
fn a_spec_that_makes_no_sense_is_explained_with_its_path() {
    let component = |name: &str, depends: Value, image: &str| json!({ "name": name, "dependsOn": depends, "template": { "containers": [{ "name": "c", "image": image }] } });
    let cases = [
        (
            json!([
                component("a", json!([{ "component": "b" }]), "x"),
                component("b", json!([{ "component": "a" }]), "x")
            ]),
            "DependencyCycle",
            "spec.components: dependencies form a cycle, a → b → a: remove one of them. A reference to another component is a dependency",
        ),
        (
            json!([
                component("a", json!([{ "component": "redsi" }]), "x"),
                component("redis", json!([]), "x")
            ]),
            "UnknownDependency",
            "spec.components[0].dependsOn[0]: ",
        ),
        (
            json!([component("a", json!([]), "${components::b.host}")]),
            "UnknownReference",
            "spec.components[0].template.containers[0].image",
        ),
        (
            json!([component("a", json!([]), "${workspace::nmae}")]),
            "UnknownReference",
            "spec.components[0].template.containers[0].image",
        ),
    ];
    for (components, reason, path) in cases {
        let workspace = workspace(json!({ "components": components }));
        let (phase, said, message) = said(&workspace, &around());
        assert_eq!(
            (phase.as_str(), said.as_str()),
            ("Failed", reason),
            "{message}"
        );
        assert!(message.starts_with(path), "{message}");
        assert!(plan(&workspace, &around()).apply.is_empty());
        let report = status(&workspace, &around(), &Results::default(), now());
        for component in report.status.components {
            let said = (component.reason.as_str(), component.message.as_str());
            let expected = (reason, "is not created until the spec is corrected");
            assert_eq!(said, expected);
        }
    }
}
