//! Whether applying an object would change anything.

use super::desired::Desired;
use crate::cluster::{Caches, Key, Kind};
use serde_json::Value;
use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::{Mutex, PoisonError},
};

/// Knows which objects already are as desired.
///
/// An object is, where everything desired is in it. The API server writes some values in another form (`0.5` becomes
/// `500m`); what such an object looked like right after it was applied is remembered, so it is not applied for ever.
#[derive(Debug, Default)]
pub(super) struct Unchanged {
    settled: Mutex<HashMap<(Kind, Key), (String, u64)>>,
}

impl Unchanged {
    /// Whether the live object is as desired.
    pub(super) fn holds(&self, desired: &Desired, live: &Value) -> bool {
        let Some(path) = difference(live, desired.object()) else {
            return true;
        };
        let settled = self.settled.lock().unwrap_or_else(PoisonError::into_inner);
        let known = settled.get(&(desired.kind, desired.key.clone()));
        let holds = known.is_some_and(|(digest, seen)| {
            desired.digest() == Some(digest) && *seen == fingerprint(live)
        });
        if !holds {
            tracing::debug!(kind = %desired.kind, object = %desired.key, path, "differs from what is desired");
        }
        holds
    }

    /// The object was applied; the caches hold the answer.
    pub(super) fn applied(&self, desired: &Desired, caches: &Caches) {
        let Some(live) = caches.live(desired.kind, &desired.key) else {
            return;
        };
        let mut settled = self.settled.lock().unwrap_or_else(PoisonError::into_inner);
        let id = (desired.kind, desired.key.clone());
        match desired.digest() {
            Some(digest) if difference(&live, desired.object()).is_some() => {
                settled.insert(id, (digest.to_owned(), fingerprint(&live)));
            }
            _ => {
                settled.remove(&id);
            }
        }
    }
}

/// What of an object we could have an opinion on, as a number.
fn fingerprint(live: &Value) -> u64 {
    let mut hasher = DefaultHasher::new();
    for field in ["spec", "data"] {
        live.get(field).map(Value::to_string).hash(&mut hasher);
    }
    for field in ["labels", "annotations", "ownerReferences"] {
        live.get("metadata")
            .and_then(|metadata| metadata.get(field))
            .map(Value::to_string)
            .hash(&mut hasher);
    }
    hasher.finish()
}

/// Where the live object is not as wanted: the path of the first field. The API server leaves out what is empty, false
/// or zero; objects from a listing do not say what kind they are.
pub(super) fn difference(live: &Value, wanted: &Value) -> Option<String> {
    let fields = wanted.as_object()?;
    let said = fields
        .iter()
        .filter(|(key, _)| !matches!(key.as_str(), "apiVersion" | "kind"));
    said.into_iter()
        .find_map(|(key, wanted)| field_difference(live.get(key), wanted, key.clone()))
}

fn field_difference(live: Option<&Value>, wanted: &Value, path: String) -> Option<String> {
    match (live, wanted) {
        (None, wanted) => (!is_empty(wanted)).then_some(path),
        (Some(Value::Object(live)), Value::Object(wanted)) => {
            wanted.iter().find_map(|(key, wanted)| {
                field_difference(live.get(key), wanted, format!("{path}.{key}"))
            })
        }
        (Some(Value::Array(live)), Value::Array(wanted)) if live.len() == wanted.len() => live
            .iter()
            .zip(wanted)
            .enumerate()
            .find_map(|(at, (live, wanted))| {
                field_difference(Some(live), wanted, format!("{path}[{at}]"))
            }),
        (Some(live), wanted) => (live != wanted).then_some(path),
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::Number(value) => value.as_f64() == Some(0.0),
        Value::String(value) => value.is_empty(),
        Value::Array(value) => value.is_empty(),
        Value::Object(value) => value.values().all(is_empty),
    }
}

#[cfg(test)]
mod tests {
    use super::difference;
    use serde_json::json;

    #[test]
    fn defaults_of_the_api_server_are_no_difference() {
        let live = json!({"spec": {"containers": [{"name": "a", "imagePullPolicy": "Always"}], "restartPolicy": "Always"}});
        let wanted = json!({"kind": "Pod", "spec": {"containers": [{"name": "a", "env": [], "stdin": false}]}});
        assert_eq!(difference(&live, &wanted), None);
    }

    #[test]
    fn a_changed_a_missing_and_an_additional_item_are_differences_with_their_path() {
        let live = json!({"a": "x", "list": [1, {"n": 2}]});
        let cases = [
            (json!({"a": "y"}), "a"),
            (json!({"b": "x"}), "b"),
            (json!({"list": [1]}), "list"),
            (json!({"list": [1, {"n": 3}]}), "list[1].n"),
        ];
        for (wanted, path) in cases {
            assert_eq!(difference(&live, &wanted).as_deref(), Some(path));
        }
    }
}
