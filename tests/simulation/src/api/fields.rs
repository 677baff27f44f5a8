//! Fields of objects: who can own them, and which of them cannot be changed.

use super::{
    object::{Id, Owner},
    refused::Refused,
    store::Options,
};
use jiff::Timestamp;
use maquette_operator::cluster::Kind;
use serde_json::{Map, Value};

/// Metadata that clients may set.
pub(super) const METADATA: &[&str] = &["labels", "annotations", "ownerReferences", "finalizers"];

pub(super) fn applier(options: &Options) -> Owner {
    Owner {
        manager: options.manager.clone(),
        applies: true,
        status: options.status,
    }
}

/// The fields of a body that a client can own.
pub(super) fn owned(body: &Value) -> Value {
    let mut fields = Map::new();
    for (key, value) in body.as_object().into_iter().flatten() {
        match key.as_str() {
            "apiVersion" | "kind" | "status" => {}
            "metadata" => {
                let metadata = value.as_object().into_iter().flatten();
                let metadata = metadata.filter(|(key, _)| METADATA.contains(&key.as_str()));
                let metadata = metadata.map(|(key, value)| (key.clone(), value.clone()));
                fields.insert(key.clone(), Value::Object(metadata.collect()));
            }
            _ => drop(fields.insert(key.clone(), value.clone())),
        }
    }
    Value::Object(fields)
}

pub(super) fn spec_differs(one: &Value, other: &Value) -> bool {
    let fields = |value: &Value| {
        let fields = value.as_object().into_iter().flatten();
        let fields = fields.filter(|(key, _)| *key != "metadata" && *key != "status");
        fields.count()
    };
    let differs = |key: &String, value: &Value| other.get(key) != Some(value);
    fields(one) != fields(other)
        || one
            .as_object()
            .into_iter()
            .flatten()
            .any(|(key, value)| key != "metadata" && key != "status" && differs(key, value))
}

/// Fields of workloads that cannot be changed.
pub(super) fn immutable(id: &Id, before: &Value, after: &Value) -> Result<(), Refused> {
    let differs = |path: &str| before.pointer(path) != after.pointer(path);
    let fixed: &[&str] = match id.kind() {
        Some(Kind::Deployment) => &["/spec/selector"],
        Some(Kind::StatefulSet) => &[
            "/spec/selector",
            "/spec/serviceName",
            "/spec/volumeClaimTemplates",
        ],
        Some(Kind::Job) => &["/spec/template", "/spec/selector"],
        _ => &[],
    };
    match fixed.iter().find(|path| differs(path)) {
        Some(path) => Err(Refused::invalid(id, &format!("{path}: field is immutable"))),
        None => Ok(()),
    }
}

pub(super) fn seconds(now: Timestamp) -> String {
    Timestamp::from_second(now.as_second())
        .unwrap_or(now)
        .to_string()
}
