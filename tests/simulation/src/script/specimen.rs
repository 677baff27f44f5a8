//! Objects of users, one function for each kind that users create. A new kind of the table has to say here what a user
//! writes, or that users do not create it.

use crate::{api::Id, providers::REFUSED, random::Random};
use maquette_operator::cluster::Kind;
use serde_json::{Value, json};

/// Namespaces of users.
pub(crate) const NAMESPACES: [&str; 2] = ["alpha", "beta"];
/// The zone that the DNS provider has.
pub(crate) const ZONE: &str = "example.test";
/// A zone that it does not have.
const NO_ZONE: &str = "missing.test";

/// Kinds that users create during a run, with how often they do.
pub(crate) fn weight(kind: Kind) -> u64 {
    match kind {
        Kind::Workspace => 60,
        Kind::DNSRecord => 25,
        Kind::Tunnel => 15,
        // These exist from the beginning, or the operator and the cluster create them.
        Kind::Plugin
        | Kind::Provider
        | Kind::Gateway
        | Kind::Namespace
        | Kind::Secret
        | Kind::Component
        | Kind::Deployment
        | Kind::StatefulSet
        | Kind::Job
        | Kind::Service
        | Kind::HTTPRoute
        | Kind::Pod => 0,
    }
}

/// Name and spec of one.
pub(crate) fn specimen(kind: Kind, number: u64, random: &mut Random) -> (Id, Value) {
    let namespace = *random.pick(&NAMESPACES);
    match kind {
        Kind::Workspace => {
            let id = Id::of(kind, namespace, &format!("w{number}"));
            (id, workspace(random))
        }
        Kind::Tunnel => (
            Id::of(kind, namespace, &format!("t{number}")),
            tunnel(number, random),
        ),
        _ => (
            Id::of(kind, namespace, &format!("r{number}")),
            record(number, random),
        ),
    }
}

fn workspace(random: &mut Random) -> Value {
    let count = random.between(1, 4);
    let components: Vec<Value> = (0..count).map(|at| component(at, random)).collect();
    let mut spec = json!({ "components": components });
    if random.percent(65) {
        spec["networking"] = networking(random);
    }
    spec
}

fn component(at: u64, random: &mut Random) -> Value {
    // Routes lead to the first component, so that one serves.
    let dice = random.below(100);
    let workload = match dice {
        55..75 if at > 0 => "StatefulSet",
        75.. if at > 0 => "Job",
        _ => "Deployment",
    };
    let tag = match random.below(100) {
        0..82 => "ok",
        82..90 => "slow",
        90..95 => "crash",
        _ => "missing",
    };
    let mut container = json!({ "name": "main", "image": format!("registry.test/app:{tag}") });
    if workload != "Job" {
        container["ports"] = json!([{ "name": "http", "containerPort": 80 }]);
    }
    let mut component = json!({
        "name": format!("c{at}"), "workload": workload, "template": { "containers": [container] },
    });
    if workload != "Job" && random.percent(15) {
        component["replicas"] = json!(2);
    }
    if at > 0 && random.percent(45) {
        let other = random.below(at);
        component["dependsOn"] = json!([{ "component": format!("c{other}") }]);
    }
    component
}

fn host(random: &mut Random) -> String {
    match random.below(20) {
        0 => format!("{REFUSED}.{ZONE}"),
        1..6 => format!("shared.{ZONE}"),
        _ => format!("h{}.{ZONE}", random.below(6)),
    }
}

fn networking(random: &mut Random) -> Value {
    let mut networking = json!({});
    let has_dns = random.percent(75);
    if has_dns {
        let zone = if random.percent(8) { NO_ZONE } else { ZONE };
        networking["dns"] = json!({ "provider": "dns", "zone": zone });
    }
    if random.percent(75) {
        let name = if random.percent(5) { "none" } else { "gateway" };
        networking["gateway"] = json!({ "name": name, "namespace": "infra" });
    } else {
        networking["tunnel"] = json!({ "provider": "tunnel" });
    }
    let mut routes = Vec::new();
    for at in 0..random.between(1, 2) {
        let mut route = json!({ "to": { "component": "c0" } });
        let in_zone = networking["dns"]["zone"] != NO_ZONE;
        if in_zone && (!has_dns || at > 0 || random.percent(30)) {
            route["host"] = json!(host(random));
        } else if at > 0 {
            break;
        }
        routes.push(route);
    }
    if routes.len() == 2 && routes[0] == routes[1] {
        routes.pop();
    }
    networking["routes"] = json!(routes);
    networking
}

fn record(number: u64, random: &mut Random) -> Value {
    let name = if random.percent(35) {
        host(random)
    } else {
        format!("r{number}.{ZONE}")
    };
    let (kind, values) = match random.below(3) {
        0 => ("A", json!(["192.0.2.1", "192.0.2.2"])),
        1 => ("CNAME", json!(["target.example.org"])),
        _ => ("TXT", json!(["hello"])),
    };
    let mut spec = json!({
        "provider": "dns", "name": name, "type": kind, "values": values, "ttl": random.between(1, 4) * 30,
    });
    if random.percent(50) {
        spec["zone"] = json!(if random.percent(15) { NO_ZONE } else { ZONE });
    }
    spec
}

fn tunnel(number: u64, random: &mut Random) -> Value {
    let name = if random.percent(25) {
        host(random)
    } else {
        format!("t{number}.{ZONE}")
    };
    let mut spec = json!({
        "provider": "tunnel",
        "routes": [{ "host": name, "service": { "name": "web", "port": 80 } }],
    });
    if random.percent(50) {
        spec["dns"] = json!({ "provider": "dns", "zone": ZONE });
    }
    spec
}
