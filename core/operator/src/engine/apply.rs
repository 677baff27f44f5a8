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
        if contains(live, desired.object()) {
            return true;
        }
        let settled = self.settled.lock().unwrap_or_else(PoisonError::into_inner);
        settled
            .get(&(desired.kind, desired.key.clone()))
            .is_some_and(|(digest, seen)| {
                desired.digest() == Some(digest) && *seen == fingerprint(live)
            })
    }

    /// The object was applied; the caches hold the answer.
    pub(super) fn applied(&self, desired: &Desired, caches: &Caches) {
        let Some(live) = caches.live(desired.kind, &desired.key) else {
            return;
        };
        let mut settled = self.settled.lock().unwrap_or_else(PoisonError::into_inner);
        let id = (desired.kind, desired.key.clone());
        match desired.digest() {
            Some(digest) if !contains(&live, desired.object()) => {
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

/// Whether everything in `wanted` is in `live`. The API server leaves out what is empty, false or zero.
fn contains(live: &Value, wanted: &Value) -> bool {
    match (live, wanted) {
        (Value::Object(live), Value::Object(wanted)) => {
            wanted.iter().all(|(key, wanted)| match live.get(key) {
                Some(live) => contains(live, wanted),
                None => is_empty(wanted),
            })
        }
        (Value::Array(live), Value::Array(wanted)) => {
            live.len() == wanted.len()
                && live
                    .iter()
                    .zip(wanted)
                    .all(|(live, wanted)| contains(live, wanted))
        }
        (live, wanted) => live == wanted,
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
    use super::contains;
    use serde_json::json;

    #[test]
    fn defaults_of_the_api_server_are_no_difference() {
        let live = json!({"spec": {"containers": [{"name": "a", "imagePullPolicy": "Always"}], "restartPolicy": "Always"}});
        assert!(contains(
            &live,
            &json!({"spec": {"containers": [{"name": "a", "env": [], "stdin": false}]}})
        ));
    }

    #[test]
    fn a_changed_a_missing_and_an_additional_item_are_differences() {
        let live = json!({"a": "x", "list": [1, 2]});
        for wanted in [
            json!({"a": "y"}),
            json!({"b": "x"}),
            json!({"list": [1]}),
            json!({"list": [2, 1]}),
        ] {
            assert!(!contains(&live, &wanted), "{wanted}");
        }
    }
}
