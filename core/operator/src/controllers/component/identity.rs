//! Names, labels and hashes of a component's objects.

use crate::engine::managed_labels;
use maquette_api::{COMPONENT_LABEL, COMPONENT_UID_LABEL, Component, WORKSPACE_LABEL};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// Annotation with the hash of the user's template. The workspace sets it on a Component where it is not that of the Component's
/// own template, and the Component's controller on each workload.
pub const TEMPLATE_HASH_ANNOTATION: &str = "maquette.dev/template-hash";

/// Annotation on a workload: the version of the defaults that its pods were created with.
pub(super) const DEFAULTS_ANNOTATION: &str = "maquette.dev/defaults";

/// Hash of a template with its references replaced.
pub fn hash_of(template: &Value) -> String {
    let digest = Sha256::digest(template.to_string());
    hex::encode(digest.get(..10).unwrap_or_default())
}

/// Hash of the template as the user wrote it. What the operator or the cluster adds does not change it.
pub fn template_hash(component: &Component) -> String {
    let annotations = component.metadata.annotations.as_ref();
    let stated = annotations.and_then(|annotations| annotations.get(TEMPLATE_HASH_ANNOTATION));
    stated
        .cloned()
        .unwrap_or_else(|| hash_of(&Value::Object(component.spec.template.0.clone())))
}

/// Whether the component's Job has completed with the template of the spec.
pub(super) fn has_completed(component: &Component) -> bool {
    let status = component.status.as_ref();
    let completed = status.and_then(|status| status.completed_template.as_ref());
    completed == Some(&template_hash(component))
}

/// Name of the headless Service that gives the pods of a StatefulSet their names in DNS.
pub(super) fn governing_service(name: &str) -> String {
    format!("{name}-headless")
}

/// By what the workload, its Services and its spread select the component's pods.
pub(super) fn selector(component: &Component) -> Value {
    json!({ COMPONENT_UID_LABEL: component.metadata.uid })
}

/// Labels of every object of the component.
pub(super) fn labels(component: &Component) -> BTreeMap<String, String> {
    let mut labels = managed_labels(component.metadata.name.as_deref().unwrap_or_default());
    let held = component.metadata.labels.as_ref();
    for (label, as_label) in [
        (WORKSPACE_LABEL, WORKSPACE_LABEL),
        (COMPONENT_LABEL, COMPONENT_LABEL),
        (COMPONENT_LABEL, "app.kubernetes.io/name"),
    ] {
        if let Some(value) = held.and_then(|held| held.get(label)) {
            labels.insert(as_label.to_owned(), value.clone());
        }
    }
    labels
}

/// Labels of the component's pods.
pub(super) fn pod_labels(component: &Component) -> BTreeMap<String, String> {
    let mut labels = labels(component);
    let uid = component.metadata.uid.clone().unwrap_or_default();
    labels.insert(COMPONENT_UID_LABEL.to_owned(), uid);
    labels
}
