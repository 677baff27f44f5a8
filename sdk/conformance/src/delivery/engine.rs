//! What Kubernetes and the engine make of manifests. Pure.

use std::collections::BTreeMap;

use maquette_host::kinds::delivery::Health;
use serde_json::{Map, Value, json};

use super::known::{EngineObject, EngineTarget, Source, Written};

/// What tells objects apart: kind with its version, namespace, name.
pub(crate) type Identity = [String; 4];

pub(crate) fn identity(object: &Value) -> Identity {
    let pointers = [
        "/apiVersion",
        "/kind",
        "/metadata/namespace",
        "/metadata/name",
    ];
    pointers.map(|pointer| {
        let text = object.pointer(pointer).and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    })
}

/// Objects as the API server keeps them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cluster(BTreeMap<Identity, Value>);

impl Cluster {
    /// Applies manifests: what is there keeps its status, and gets a new generation where more than metadata changed.
    pub(crate) fn apply(&mut self, manifests: &[Value]) {
        for manifest in manifests {
            let key = identity(manifest);
            let mut object = manifest.clone();
            let generation = match self.0.get(&key) {
                Some(old) => {
                    if let Some(status) = old.get("status") {
                        write(&mut object, "/status", status.clone());
                    }
                    let before = old.pointer("/metadata/generation").and_then(Value::as_u64);
                    let same = ["spec", "data"]
                        .iter()
                        .all(|field| old.get(field) == object.get(field));
                    before.unwrap_or(1) + u64::from(!same)
                }
                None => 1,
            };
            write(&mut object, "/metadata/generation", json!(generation));
            write(
                &mut object,
                "/metadata/uid",
                json!(format!("uid-{}", key.join("-"))),
            );
            self.0.insert(key, object);
        }
    }

    /// The engine looks at every object and finds it like this.
    pub(crate) fn found(&mut self, engine: &EngineTarget, health: Health) {
        for object in self.0.values_mut() {
            let kind = kind(engine, object);
            if let Some(all) = kind.and_then(|kind| written(kind, health)) {
                put(object, all);
            }
        }
    }

    /// The engine looks at one object and finds it like this; false where it never does.
    pub(crate) fn found_one(
        &mut self,
        engine: &EngineTarget,
        key: &Identity,
        health: Health,
    ) -> bool {
        let Some(object) = self.0.get_mut(key) else {
            return false;
        };
        let kind = kind(engine, object);
        match kind.and_then(|kind| written(kind, health)) {
            Some(all) => {
                if let Some(fields) = object.as_object_mut() {
                    fields.remove("status");
                }
                put(object, all);
                true
            }
            None => false,
        }
    }

    pub(crate) fn identities(&self) -> Vec<Identity> {
        self.0.keys().cloned().collect()
    }

    pub(crate) fn objects(&self) -> Vec<Value> {
        self.0.values().cloned().collect()
    }

    pub(crate) fn without(&self, key: &Identity) -> Vec<Value> {
        let others = self.0.iter().filter(|(other, _)| *other != key);
        others.map(|(_, object)| object.clone()).collect()
    }
}

/// Whether the engine ever finds an object like this.
pub(crate) fn knows(engine: &EngineTarget, health: Health) -> bool {
    engine
        .objects
        .iter()
        .any(|kind| written(kind, health).is_some())
}

fn kind<'a>(engine: &'a EngineTarget, object: &Value) -> Option<&'a EngineObject> {
    let name = object.get("kind").and_then(Value::as_str)?;
    engine.objects.iter().find(|kind| kind.kind == name)
}

fn written(kind: &EngineObject, health: Health) -> Option<&[Written]> {
    match health {
        Health::Healthy => Some(&kind.healthy),
        Health::Progressing => kind.progressing.as_deref(),
        Health::Degraded => kind.degraded.as_deref(),
        Health::Suspended => kind.suspended.as_deref(),
        Health::Unknown => kind.unknown.as_deref(),
    }
}

fn put(object: &mut Value, all: &[Written]) {
    for one in all {
        let value = match &one.source {
            Source::Is(value) => value.clone(),
            Source::From(pointer) => object.pointer(pointer).cloned().unwrap_or(Value::Null),
        };
        write(object, &one.at, value);
    }
}

/// Puts a value at a JSON pointer, and makes the objects on the way.
fn write(document: &mut Value, pointer: &str, value: Value) {
    let Some((parent, last)) = pointer.rsplit_once('/') else {
        *document = value;
        return;
    };
    let key = last.replace("~1", "/").replace("~0", "~");
    if !matches!(
        document.pointer(parent),
        Some(Value::Object(_) | Value::Array(_))
    ) {
        write(document, parent, Value::Object(Map::new()));
    }
    match document.pointer_mut(parent) {
        Some(Value::Object(fields)) => {
            fields.insert(key, value);
        }
        Some(Value::Array(items)) => {
            let place = key
                .parse()
                .ok()
                .and_then(|index: usize| items.get_mut(index));
            if let Some(place) = place {
                *place = value;
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Cluster, Health};

    fn manifest(version: &str) -> serde_json::Value {
        json!({ "apiVersion": "v1", "kind": "Release", "metadata": { "name": "a", "namespace": "b" },
                "spec": { "version": version } })
    }

    #[test]
    fn what_changes_gets_a_new_generation_and_keeps_what_the_engine_wrote_before() {
        let engine = serde_json::from_value(json!({ "objects": [{ "kind": "Release", "healthy": [
            { "at": "/status/conditions", "is": [{ "type": "Ready" }] },
            { "at": "/status/conditions/0/seen", "from": "/metadata/generation" },
        ] }] }))
        .unwrap();
        let mut cluster = Cluster::default();
        cluster.apply(&[manifest("1")]);
        cluster.found(&engine, Health::Healthy);
        cluster.apply(&[manifest("1")]);
        assert_eq!(cluster.objects()[0]["metadata"]["generation"], 1);
        cluster.apply(&[manifest("2")]);
        let object = &cluster.objects()[0];
        assert_eq!(object["metadata"]["generation"], 2);
        assert_eq!(
            object["status"]["conditions"],
            json!([{ "type": "Ready", "seen": 1 }])
        );
    }
}
