//! A workspace's life on the pure functions: what may exist when, and what is said.

mod tunnel;

use super::{
    observe::{Gateway, Observed},
    plan::plan,
    status::status,
};
use crate::{
    cluster::{Key, Kind},
    engine::{Finalizer, Plan, Results},
};
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use kube::core::DynamicObject;
use maquette_api::{Component, DNSRecord, FINALIZER, Workspace, condition::Verdict};
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

fn workspace(spec: Value) -> Workspace {
    let mut workspace = Workspace::new("shop", serde_json::from_value(spec).unwrap());
    workspace.metadata.namespace = Some("team".into());
    workspace.metadata.uid = Some("u1".into());
    workspace.metadata.generation = Some(1);
    workspace.metadata.finalizers = Some(vec![FINALIZER.into()]);
    workspace
}

fn around() -> Observed {
    let gateway = Gateway {
        addresses: vec![("IPAddress".into(), "198.18.0.1".into())],
        listeners: vec![("web".into(), "HTTP".into(), 8000)],
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
fn a_component_is_made_as_soon_as_its_own_dependencies_hold_and_not_earlier() {
    let mut observed = around();
    let components = |observed: &Observed| {
        names(&plan(&shop(), observed))
            .into_iter()
            .filter(|n| n.starts_with("Component"))
            .collect::<Vec<_>>()
    };
    assert_eq!(components(&observed), ["Component shop-redis"]);
    with(&mut observed, "redis", None, &[]);
    assert_eq!(components(&observed), ["Component shop-redis"]);
    with(&mut observed, "redis", Some(&Verdict::ready("")), &[]);
    assert_eq!(
        components(&observed),
        ["Component shop-redis", "Component shop-migrate"]
    );
    with(&mut observed, "migrate", Some(&Verdict::ready("")), &[]);
    assert_eq!(components(&observed).len(), 2, "Ready is not Completed");
    with(
        &mut observed,
        "migrate",
        Some(&Verdict::ready("")),
        &["Completed"],
    );
    assert_eq!(components(&observed).len(), 3);
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
fn a_host_may_carry_the_name_and_the_namespace_and_nothing_else() {
    let with_host = |host: &str| {
        let mut shop = shop();
        shop.spec.networking.as_mut().unwrap().routes[0].host = Some(host.into());
        shop
    };
    let urls = |host: &str| {
        status(&with_host(host), &around(), &Results::default(), now())
            .status
            .urls
    };
    assert_eq!(
        urls("${workspace::namespace}-${workspace::name}.preview.test"),
        ["http://team-shop.preview.test:8000"]
    );
    for (host, reason) in [
        ("${components::web.host}.preview.test", "UnknownReference"),
        ("${workspace::name}.other.test", "InvalidSpec"),
        (
            "${workspace::name}${workspace::name}-.preview.test",
            "InvalidSpec",
        ),
    ] {
        let (_, said, message) = said(&with_host(host), &around());
        assert_eq!(said, reason, "{message}");
        assert!(
            message.starts_with("spec.networking.routes[0].host: "),
            "{message}"
        );
    }
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
            "spec.components: ",
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
    }
}

#[test]
fn the_first_cause_is_said_and_not_what_waits_for_it() {
    let mut observed = around();
    with(
        &mut observed,
        "redis",
        Some(&Verdict::failing(
            "ImagePullFailed",
            "image redis cannot be pulled",
        )),
        &[],
    );
    assert_eq!(
        said(&shop(), &observed),
        (
            "Deploying".into(),
            "ImagePullFailed".into(),
            "component redis: image redis cannot be pulled".into()
        )
    );
    let report = status(&shop(), &observed, &Results::default(), now());
    let messages: Vec<_> = report
        .status
        .components
        .iter()
        .map(|c| c.message.as_str())
        .collect();
    assert_eq!(
        messages,
        [
            "image redis cannot be pulled",
            "waits for redis to be Ready",
            "waits for migrate to be Completed and redis to be Ready"
        ]
    );
}

#[test]
fn the_younger_of_two_workspaces_with_one_host_is_stalled_and_keeps_no_route() {
    let mut observed = around();
    observed
        .hosts_taken
        .insert("shop.preview.test".into(), Key::new("other", "shop"));
    let (phase, reason, message) = said(&shop(), &observed);
    assert_eq!(
        (phase.as_str(), reason.as_str()),
        ("Failed", "HostnameTaken")
    );
    assert!(message.contains("other/shop"), "{message}");
    assert_eq!(names(&plan(&shop(), &observed)), ["Component shop-redis"]);
}

#[test]
fn names_go_before_routes_and_routes_before_components_and_components_against_their_order() {
    let mut shop = shop();
    shop.metadata.deletion_timestamp = Some(Time(now()));
    let mut observed = around();
    for name in ["redis", "migrate", "web"] {
        with(&mut observed, name, Some(&Verdict::ready("")), &[]);
    }
    let mut route = DynamicObject::new("shop-1", &Kind::HTTPRoute.api_resource()).within("team");
    route.metadata.uid = Some("r1".into());
    observed.routes.push(Arc::new(route));
    let mut record = DNSRecord::new(
        "shop-1",
        serde_json::from_value(
            json!({ "provider": "corp", "name": "a", "type": "A", "values": ["198.18.0.1"] }),
        )
        .unwrap(),
    );
    record.metadata.uid = Some("d1".into());
    observed.records.push(Arc::new(record));

    let mut order = Vec::new();
    loop {
        let plan = plan(&shop, &observed);
        if plan.finalizer == Finalizer::Remove {
            break;
        }
        let step = deleted(&plan);
        assert!(!step.is_empty(), "stuck after {order:?}");
        observed.records.clear();
        if step.iter().any(|d| d.starts_with("HTTPRoute")) {
            observed.routes.clear();
        }
        for name in step
            .iter()
            .filter_map(|d| d.strip_prefix("Component shop-"))
        {
            observed.components.remove(name);
        }
        order.push(step.join(","));
    }
    assert_eq!(
        order,
        [
            "DNSRecord shop-1",
            "HTTPRoute shop-1",
            "Component shop-web",
            "Component shop-migrate",
            "Component shop-redis"
        ]
    );
}

#[test]
fn what_is_being_deleted_blocks_the_next_step_and_is_not_deleted_again() {
    let mut shop = shop();
    shop.metadata.deletion_timestamp = Some(Time(now()));
    let mut observed = around();
    with(&mut observed, "redis", None, &[]);
    let mut web = Component::new(
        "shop-web",
        serde_json::from_value(json!({ "template": { "containers": [] } })).unwrap(),
    );
    web.metadata.deletion_timestamp = Some(Time(now()));
    observed.components.insert("web".into(), Arc::new(web));
    let plan = plan(&shop, &observed);
    assert_eq!((deleted(&plan), plan.finalizer), (vec![], Finalizer::Keep));
    assert_eq!(said(&shop, &observed).0, "Terminating");
}

#[test]
fn a_mistake_in_one_route_gives_no_other_host_away() {
    let mut shop = shop();
    let networking = shop.spec.networking.as_mut().unwrap();
    let mut wrong = networking.routes[0].clone();
    wrong.host = Some("${workspace::nmae}.preview.test".into());
    networking.routes.push(wrong);
    assert_eq!(said(&shop, &around()).1, "UnknownReference");
    let hosts: Vec<String> = super::places::hosts(&shop).into_iter().collect();
    assert_eq!(hosts, ["shop.preview.test"]);
}

#[test]
fn what_is_in_the_way_is_not_touched_and_looked_at_again() {
    let key = Key::new("team", super::names::of_host("shop", "shop.preview.test"));
    let mut observed = around();
    observed.taken.push((Kind::HTTPRoute, key));
    let plan = plan(&shop(), &observed);
    assert!(
        !names(&plan)
            .iter()
            .any(|name| name.starts_with("HTTPRoute"))
    );
    assert!(plan.again_in.is_some());
    assert_eq!(said(&shop(), &observed).1, "NameTaken");
}

#[test]
fn a_component_that_left_the_spec_goes() {
    let mut observed = around();
    with(&mut observed, "redis", Some(&Verdict::ready("")), &[]);
    with(&mut observed, "old", Some(&Verdict::ready("")), &[]);
    assert_eq!(deleted(&plan(&shop(), &observed)), ["Component shop-old"]);
}
