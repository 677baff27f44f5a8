//! The workload and the Services that a component describes.

use super::{
    defaults::{self, Defaults},
    identity::{
        DEFAULTS_ANNOTATION, TEMPLATE_HASH_ANNOTATION, governing_service, labels, pod_labels,
        selector, template_hash,
    },
    networks,
};
use crate::{
    cluster::{Key, Kind},
    engine::{Desired, owner_reference},
};
use maquette_api::{Component, Network, Workload, component::Strategy};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The kind of object that runs the component's pods.
pub(super) fn workload_kind(component: &Component) -> Kind {
    match component.spec.workload {
        Workload::Deployment => Kind::Deployment,
        Workload::StatefulSet => Kind::StatefulSet,
        Workload::Job => Kind::Job,
    }
}

/// The workload. `restricted` where its namespace enforces the restricted Pod Security Standard.
pub(super) fn workload(component: &Component, defaults: Defaults, restricted: bool) -> Desired {
    let key = Key::of(&component.metadata);
    let mut spec = Map::new();
    let mut set = |field: &str, value: Value| spec.insert(field.to_owned(), value);
    set("template", pod_template(component, defaults, restricted));
    if component.spec.workload == Workload::Job {
        set("backoffLimit", json!(2));
    } else {
        set("selector", json!({ "matchLabels": selector(component) }));
        // Where the user says nothing, the number belongs to an autoscaler or `kubectl scale`.
        if let Some(replicas) = component.spec.replicas {
            set("replicas", json!(replicas));
        }
    }
    if component.spec.workload == Workload::StatefulSet {
        set("serviceName", json!(governing_service(&key.name)));
        // In order, a pod that never gets ready would block its own correction (kubernetes/kubernetes#67250).
        set("podManagementPolicy", json!("Parallel"));
    }
    if component.spec.workload == Workload::Deployment {
        set("strategy", strategy(component.spec.strategy));
    }
    let annotations = BTreeMap::from([
        (
            TEMPLATE_HASH_ANNOTATION.to_owned(),
            template_hash(component),
        ),
        (DEFAULTS_ANNOTATION.to_owned(), defaults.to_string()),
    ]);
    desired(component, workload_kind(component), key, &annotations, spec)
}

/// Every field of the strategy: the API server rejects `Recreate` beside its own default of `rollingUpdate`, and removes those fields
/// only from the applier that owns them.
fn strategy(strategy: Option<Strategy>) -> Value {
    match strategy.unwrap_or(Strategy::RollingUpdate) {
        Strategy::Recreate => json!({ "type": "Recreate" }),
        Strategy::RollingUpdate => json!({
            "type": "RollingUpdate",
            "rollingUpdate": { "maxSurge": "25%", "maxUnavailable": "25%" },
        }),
    }
}

/// The Service with one port for each network, where there are networks, and the governing Service of a StatefulSet.
pub(super) fn services(component: &Component) -> Vec<Desired> {
    let key = Key::of(&component.metadata);
    let networks = networks(&component.spec);
    let ports: Vec<Value> = networks.iter().map(service_port).collect();
    let mut services = Vec::new();
    if !ports.is_empty() {
        let spec = json!({ "selector": selector(component), "ports": ports });
        services.push(service(component, key.clone(), spec));
    }
    if component.spec.workload == Workload::StatefulSet {
        let governing = Key::new(key.namespace, governing_service(&key.name));
        // Members find each other before they are ready.
        let spec = json!({
            "clusterIP": "None",
            "publishNotReadyAddresses": true,
            "selector": selector(component),
        });
        services.push(service(component, governing, spec));
    }
    services
}

fn service(component: &Component, key: Key, spec: Value) -> Desired {
    let spec = match spec {
        Value::Object(spec) => spec,
        _ => Map::new(),
    };
    desired(component, Kind::Service, key, &BTreeMap::new(), spec)
}

fn service_port(network: &Network) -> Value {
    json!({
        "name": network.name,
        "port": network.port,
        "targetPort": network.container_port(),
        "protocol": network.protocol.unwrap_or_default().as_str(),
    })
}

fn desired(
    component: &Component,
    kind: Kind,
    key: Key,
    annotations: &BTreeMap<String, String>,
    spec: Map<String, Value>,
) -> Desired {
    let owner = owner_reference(Kind::Component, component);
    let body = Map::from_iter([("spec".to_owned(), Value::Object(spec))]);
    Desired::new(kind, key, &owner, &labels(component), annotations, body)
}

fn pod_template(component: &Component, defaults: Defaults, restricted: bool) -> Value {
    let template = &component.spec.template;
    let mut metadata = template.metadata().cloned().unwrap_or_default();
    let mut labels = metadata
        .get("labels")
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    let own = pod_labels(component).into_iter();
    labels.extend(own.map(|(key, value)| (key, json!(value))));
    metadata.insert("labels".to_owned(), Value::Object(labels));
    let mut spec = template.pod_spec();
    defaults::complete(&mut spec, component, defaults, restricted);
    json!({ "metadata": metadata, "spec": spec })
}
