//! Components and networking of the workspaces that the tests make.

use maquette_harness::cluster::ZONE;
use serde_json::{Value, json};

use super::Place;
use super::fixture::PROVIDER;

impl Place {
    /// A component whose pod answers every request with a text.
    pub(crate) fn server(&self, name: &str, text: &str) -> Value {
        let mut server = self.component(name, &["serve", "8080", text]);
        server["networks"] = json!([{"name": "http", "port": 8080}]);
        server["template"]["containers"][0]["readinessProbe"] =
            json!({"httpGet": {"path": "/", "port": 8080}, "periodSeconds": 1});
        server
    }

    /// A Job that does what the probe is told.
    pub(crate) fn job(&self, name: &str, arguments: &[&str]) -> Value {
        let mut job = self.component(name, arguments);
        job["workload"] = json!("Job");
        job
    }

    /// A Deployment that does what the probe is told.
    pub(crate) fn component(&self, name: &str, arguments: &[&str]) -> Value {
        json!({
            "name": name,
            "template": {
                // As the first process of its pod, the probe does not hear SIGTERM.
                "terminationGracePeriodSeconds": 0,
                "containers": [{"name": "main", "image": self.probe, "args": arguments}],
            },
        })
    }
}

/// A workspace that is not reached from outside.
pub(crate) fn inside(components: &[Value]) -> Value {
    json!({"components": components})
}

/// A workspace whose component `component` is reached at its host.
pub(crate) fn reached(component: &str, components: &[Value]) -> Value {
    json!({
        "networking": {
            "dns": {"provider": PROVIDER, "zone": ZONE},
            "gateway": {"name": "shared", "namespace": "infra"},
            "routes": [{"to": {"component": component, "network": "http"}}],
        },
        "components": components,
    })
}

/// The shop of `examples/`, with the provider of the tests.
pub(crate) fn shop() -> Value {
    let text = include_str!("../../../../../examples/shop/workspace.yaml");
    let mut documents: Vec<Value> = serde_saphyr::from_multiple(text).unwrap();
    let mut shop = documents.pop().unwrap();
    shop["spec"]["networking"]["dns"]["provider"] = json!(PROVIDER);
    shop["spec"].take()
}
