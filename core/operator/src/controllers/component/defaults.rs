//! The fields of a pod that the operator fills in where the user leaves them out.

use super::{
    identity::{DEFAULTS_ANNOTATION, TEMPLATE_HASH_ANNOTATION, selector},
    ports,
};
use crate::cluster::RawObject;
use maquette_api::{Component, Workload};
use serde_json::{Map, Value, json};
use std::fmt;

/// Version of the defaults.
///
/// A release that changes a default adds a version. A workload keeps the version that it was created with until the user
/// changes the template, so that an update of the operator replaces no pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Defaults(u32);

impl Defaults {
    const OLDEST: Self = Self(1);
    /// For new workloads and changed templates.
    pub(super) const NEWEST: Self = Self(1);
    /// A later release.
    #[cfg(test)]
    pub(super) const NEXT: Self = Self(2);

    /// The version for this workload, as it exists, with the template of this hash.
    pub(super) fn of(held: Option<&RawObject>, hash: &str, newest: Self) -> Self {
        let annotation = |name: &str| held?.metadata.annotations.as_ref()?.get(name);
        if annotation(TEMPLATE_HASH_ANNOTATION).map(String::as_str) != Some(hash) {
            return newest;
        }
        annotation(DEFAULTS_ANNOTATION)
            .and_then(|version| version.parse().ok().map(Self))
            .filter(|version| (Self::OLDEST..=newest).contains(version))
            .unwrap_or(newest)
    }

    /// The last lines of the log tell why a container ended, and the operator needs no access to logs.
    fn termination_message_policy(self) -> &'static str {
        // A later release that changes this default, in tests.
        let is_next = cfg!(test) && self > Self(1);
        if is_next {
            "File"
        } else {
            "FallbackToLogsOnError"
        }
    }
}

impl fmt::Display for Defaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Fills in the defaults of this version. A field that the user sets stays.
pub(super) fn complete(
    spec: &mut Map<String, Value>,
    component: &Component,
    defaults: Defaults,
    restricted: bool,
) {
    default(spec, "enableServiceLinks", json!(false));
    if !spec.contains_key("serviceAccountName") {
        // The pods of a workspace get no access to the API server unless the user asks for it.
        default(spec, "automountServiceAccountToken", json!(false));
    }
    if component.spec.workload == Workload::Job {
        default(spec, "restartPolicy", json!("Never"));
    } else {
        // Whatever the number of replicas, so that a change of it replaces no pods.
        default(spec, "topologySpreadConstraints", spread(component));
    }
    let mut security = json!({ "seccompProfile": { "type": "RuntimeDefault" } });
    if restricted && let Some(map) = security.as_object_mut() {
        map.insert("runAsNonRoot".to_owned(), json!(true));
    }
    merge(spec, "securityContext", security);
    for list in ["containers", "initContainers"] {
        let containers = spec.get_mut(list).and_then(Value::as_array_mut);
        let containers = containers.into_iter().flatten();
        for container in containers.filter_map(Value::as_object_mut) {
            complete_container(container, defaults, restricted);
        }
    }
    ports::declare(spec, &component.spec.networks);
}

fn spread(component: &Component) -> Value {
    json!([{
        "maxSkew": 1,
        "topologyKey": "kubernetes.io/hostname",
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": { "matchLabels": selector(component) },
    }])
}

fn complete_container(container: &mut Map<String, Value>, defaults: Defaults, restricted: bool) {
    default(
        container,
        "terminationMessagePolicy",
        json!(defaults.termination_message_policy()),
    );
    let mut security = json!({ "allowPrivilegeEscalation": false });
    if restricted && let Some(map) = security.as_object_mut() {
        map.insert("capabilities".to_owned(), json!({ "drop": ["ALL"] }));
    }
    if !is_privileged(container) {
        merge(container, "securityContext", security);
    }
}

/// The API server rejects a privileged container that may not escalate privileges.
fn is_privileged(container: &Map<String, Value>) -> bool {
    let security = container.get("securityContext");
    security.and_then(|security| security.get("privileged")) == Some(&json!(true))
}

fn default(map: &mut Map<String, Value>, key: &str, value: Value) {
    map.entry(key.to_owned()).or_insert(value);
}

fn merge(map: &mut Map<String, Value>, key: &str, defaults: Value) {
    let entry = map.entry(key.to_owned()).or_insert_with(|| json!({}));
    if let (Some(held), Value::Object(defaults)) = (entry.as_object_mut(), defaults) {
        for (key, value) in defaults {
            held.entry(key).or_insert(value);
        }
    }
}
