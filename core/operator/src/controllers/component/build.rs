//! The workload and the Service that a component describes.

use super::networks;
use crate::{
    cluster::{Key, Kind},
    engine::{Desired, managed_labels, owner_reference},
};
use maquette_api::{COMPONENT_LABEL, Component, Network, WORKSPACE_LABEL, Workload};
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
pub(super) fn workload(component: &Component, restricted: bool) -> Desired {
    let key = Key::of(&component.metadata);
    let selector = json!({ "matchLabels": { "app.kubernetes.io/instance": key.name } });
    let pod = pod_template(component, restricted);
    let replicas = component.spec.replicas.unwrap_or(1);
    let spec = match component.spec.workload {
        Workload::Deployment => {
            json!({ "replicas": replicas, "selector": selector, "template": pod })
        }
        Workload::StatefulSet => {
            json!({ "replicas": replicas, "selector": selector, "serviceName": key.name, "template": pod })
        }
        Workload::Job => json!({ "backoffLimit": 2, "template": pod }),
    };
    desired(component, workload_kind(component), key, spec)
}

/// The Service with one port for each network; nothing without networks.
pub(super) fn service(component: &Component) -> Option<Desired> {
    let networks = networks(&component.spec);
    if networks.is_empty() {
        return None;
    }
    let key = Key::of(&component.metadata);
    let ports: Vec<Value> = networks.iter().map(service_port).collect();
    let spec = json!({ "selector": { "app.kubernetes.io/instance": key.name }, "ports": ports });
    Some(desired(component, Kind::Service, key, spec))
}

fn service_port(network: &Network) -> Value {
    json!({
        "name": network.name,
        "port": network.port,
        "targetPort": network.container_port(),
        "protocol": network.protocol.unwrap_or_default().as_str(),
    })
}

fn desired(component: &Component, kind: Kind, key: Key, spec: Value) -> Desired {
    let owner = owner_reference(Kind::Component, component);
    Desired::new(
        kind,
        key,
        &owner,
        &labels(component),
        &BTreeMap::new(),
        Map::from_iter([("spec".to_owned(), spec)]),
    )
}

/// Labels of everything that is made for the component.
fn labels(component: &Component) -> BTreeMap<String, String> {
    let mut labels = managed_labels(component.metadata.name.as_deref().unwrap_or_default());
    for label in [WORKSPACE_LABEL, COMPONENT_LABEL] {
        if let Some(value) = component
            .metadata
            .labels
            .as_ref()
            .and_then(|labels| labels.get(label))
        {
            labels.insert(label.to_owned(), value.clone());
        }
    }
    if let Some(name) = component
        .metadata
        .labels
        .as_ref()
        .and_then(|labels| labels.get(COMPONENT_LABEL))
    {
        labels.insert("app.kubernetes.io/name".to_owned(), name.clone());
    }
    labels
}

fn pod_template(component: &Component, restricted: bool) -> Value {
    let mut spec = component.spec.template.pod_spec();
    let mut metadata = component
        .spec
        .template
        .metadata()
        .cloned()
        .unwrap_or_default();
    let mut all_labels = metadata
        .get("labels")
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    all_labels.extend(
        labels(component)
            .into_iter()
            .map(|(key, value)| (key, json!(value))),
    );
    metadata.insert("labels".to_owned(), Value::Object(all_labels));

    default(&mut spec, "enableServiceLinks", json!(false));
    if !spec.contains_key("serviceAccountName") {
        // What runs in a preview has no business with the API server unless it says so.
        default(&mut spec, "automountServiceAccountToken", json!(false));
    }
    if component.spec.workload == Workload::Job {
        default(&mut spec, "restartPolicy", json!("Never"));
    }
    if component.spec.replicas.unwrap_or(1) > 1 {
        default(&mut spec, "topologySpreadConstraints", spread(component));
    }
    let mut pod_security = json!({ "seccompProfile": { "type": "RuntimeDefault" } });
    if restricted && let Some(map) = pod_security.as_object_mut() {
        map.insert("runAsNonRoot".to_owned(), json!(true));
    }
    merge_defaults(&mut spec, "securityContext", pod_security);
    complete_containers(&mut spec, &component.spec.networks, restricted);
    json!({ "metadata": metadata, "spec": spec })
}

fn spread(component: &Component) -> Value {
    json!([{
        "maxSkew": 1,
        "topologyKey": "kubernetes.io/hostname",
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": { "matchLabels": { "app.kubernetes.io/instance": component.metadata.name } },
    }])
}

fn complete_containers(spec: &mut Map<String, Value>, declared: &[Network], restricted: bool) {
    let mut without_ports = !declared.is_empty();
    for list in ["containers", "initContainers"] {
        let containers = spec
            .get_mut(list)
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten();
        for container in containers.filter_map(Value::as_object_mut) {
            // The last lines of the log tell why a container ended, without reading logs.
            default(
                container,
                "terminationMessagePolicy",
                json!("FallbackToLogsOnError"),
            );
            let mut security = json!({ "allowPrivilegeEscalation": false });
            if restricted && let Some(map) = security.as_object_mut() {
                map.insert("capabilities".to_owned(), json!({ "drop": ["ALL"] }));
            }
            if !is_privileged(container) {
                merge_defaults(container, "securityContext", security);
            }
            without_ports &= !container.contains_key("ports");
        }
    }
    let first = spec
        .get_mut("containers")
        .and_then(|list| list.get_mut(0))
        .and_then(Value::as_object_mut);
    if let Some(first) = first.filter(|_| without_ports) {
        let ports: Vec<Value> = declared
            .iter()
            .map(|n| json!({ "name": n.name, "containerPort": n.container_port(), "protocol": n.protocol.unwrap_or_default().as_str() }))
            .collect();
        first.insert("ports".to_owned(), json!(ports));
    }
}

/// The API server refuses a privileged container that may not escalate privileges.
fn is_privileged(container: &Map<String, Value>) -> bool {
    container
        .get("securityContext")
        .and_then(|security| security.get("privileged"))
        == Some(&json!(true))
}

fn default(map: &mut Map<String, Value>, key: &str, value: Value) {
    map.entry(key.to_owned()).or_insert(value);
}

fn merge_defaults(map: &mut Map<String, Value>, key: &str, defaults: Value) {
    let entry = map.entry(key.to_owned()).or_insert_with(|| json!({}));
    if let (Some(held), Value::Object(defaults)) = (entry.as_object_mut(), defaults) {
        for (key, value) in defaults {
            held.entry(key).or_insert(value);
        }
    }
}
