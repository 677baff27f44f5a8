//! Workspaces of the tests.

use serde_json::{Value, json};

use super::support::objects::MAQUETTE;
use super::support::scene::NAMESPACE;
use super::support::world::ZONE;

fn workspace(name: &str, spec: &Value) -> Value {
    json!({"apiVersion": MAQUETTE, "kind": "Workspace", "metadata": {"name": name, "namespace": NAMESPACE}, "spec": spec})
}

fn networking(host: &str) -> Value {
    json!({
        "dns": {"provider": "corp-dns", "zone": ZONE},
        "gateway": {"name": "shared", "namespace": "infra"},
        "routes": [{"to": {"component": "web"}, "host": host}],
    })
}

fn web(image: &str) -> Value {
    json!({"name": "web", "template": {"containers": [{"name": "web", "image": image}]}, "networks": [{"name": "http", "port": 80}]})
}

/// A database, a Job that waits for it, and a web service that waits for the Job, with route and record.
pub(crate) fn three(host: &str, image: &str) -> Value {
    let mut web = web(image);
    web["dependsOn"] = json!([{"component": "migrate", "condition": "Completed"}]);
    web["template"]["containers"][0]["env"] =
        json!([{"name": "DB", "value": "${components::db.networks.tcp}"}]);
    workspace(
        "shop",
        &json!({
            "networking": networking(host),
            "components": [
                {
                    "name": "db", "workload": "StatefulSet", "networks": [{"name": "tcp", "port": 5432}],
                    "template": {"containers": [{"name": "db", "image": "db:1"}]},
                },
                {
                    "name": "migrate", "workload": "Job", "dependsOn": [{"component": "db"}],
                    "template": {"restartPolicy": "Never", "containers": [{"name": "migrate", "image": "migrate:1"}]},
                },
                web,
            ],
        }),
    )
}

/// One web service with a network.
pub(crate) fn one(name: &str) -> Value {
    workspace(name, &json!({"components": [web("web:1")]}))
}

/// One web service with route and record.
pub(crate) fn routed(name: &str, host: &str) -> Value {
    let mut workspace = one(name);
    workspace["spec"]["networking"] = networking(host);
    workspace
}
