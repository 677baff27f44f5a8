//! An object that should be as given.

use crate::cluster::{Key, Kind};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::Resource;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use std::{collections::BTreeMap, fmt};

/// Annotation with a digest of what was applied: what is no longer wanted makes the digest differ.
const DIGEST_ANNOTATION: &str = "maquette.dev/applied";

/// Annotation with the UID of the object that an object without an owner reference was created for.
const OWNER_ANNOTATION: &str = "maquette.dev/owner-uid";

/// An object that should be as given: complete, with a digest of itself.
#[derive(Clone, PartialEq)]
pub struct Desired {
    /// Its kind.
    pub kind: Kind,
    /// Its namespace and name.
    pub key: Key,
    /// Whether one that exists is left as it is.
    pub once: bool,
    object: Value,
    /// UID of the object that it is created for.
    owner: String,
}

/// Without the object itself, which may hold the data of a Secret.
impl fmt::Debug for Desired {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desired")
            .field("kind", &self.kind)
            .field("key", &self.key)
            .field("once", &self.once)
            .field("digest", &self.digest())
            .finish_non_exhaustive()
    }
}

impl Desired {
    /// An object of this kind and name with this owner, labels and annotations; `body` holds the other fields, for
    /// example `spec`.
    pub fn new(
        kind: Kind,
        key: Key,
        owner: &Value,
        labels: &BTreeMap<String, String>,
        annotations: &BTreeMap<String, String>,
        body: Map<String, Value>,
    ) -> Self {
        let metadata = json!({ "name": key.name, "labels": labels, "ownerReferences": [owner] });
        let owner = owner.get("uid").and_then(Value::as_str).unwrap_or_default();
        Self::of(kind, key, owner, metadata, annotations, body)
    }

    /// The same without an owner reference, which cannot cross namespaces: the object with the UID `owner` has to delete it.
    pub fn unowned(
        kind: Kind,
        key: Key,
        owner: &str,
        labels: &BTreeMap<String, String>,
        annotations: &BTreeMap<String, String>,
        body: Map<String, Value>,
    ) -> Self {
        let metadata = json!({ "name": key.name, "labels": labels });
        let mut annotations = annotations.clone();
        annotations.insert(OWNER_ANNOTATION.to_owned(), owner.to_owned());
        Self::of(kind, key, owner, metadata, &annotations, body)
    }

    fn of(
        kind: Kind,
        key: Key,
        owner: &str,
        mut metadata: Value,
        annotations: &BTreeMap<String, String>,
        body: Map<String, Value>,
    ) -> Self {
        if kind.is_namespaced() {
            set(&mut metadata, "namespace", json!(key.namespace));
        }
        let mut annotations: BTreeMap<_, _> = annotations.clone();
        let digest = Sha256::digest(json!([metadata, annotations, body]).to_string());
        annotations.insert(
            DIGEST_ANNOTATION.to_owned(),
            hex::encode(digest.get(..10).unwrap_or_default()),
        );
        set(&mut metadata, "annotations", json!(annotations));
        let mut object = body;
        object.insert("apiVersion".to_owned(), json!(kind.api_version()));
        object.insert("kind".to_owned(), json!(kind.name()));
        object.insert("metadata".to_owned(), metadata);
        Self {
            kind,
            key,
            once: false,
            object: Value::Object(object),
            owner: owner.to_owned(),
        }
    }

    /// Whether an object with this metadata was created for the owner of this one. A foreign object is never changed.
    pub fn is_owner_of(&self, meta: &ObjectMeta) -> bool {
        let mut owners = meta.owner_references.iter().flatten();
        let annotated = meta.annotations.as_ref();
        let annotated = annotated.and_then(|annotations| annotations.get(OWNER_ANNOTATION));
        !self.owner.is_empty()
            && (owners.any(|owner| owner.uid == self.owner) || annotated == Some(&self.owner))
    }

    /// Created where it does not exist, and never changed: it holds something that cannot be created a second time.
    #[must_use]
    pub fn once(mut self) -> Self {
        self.once = true;
        self
    }

    /// Adds a finalizer that the object is created with.
    #[must_use]
    pub fn with_finalizer(mut self, finalizer: &str) -> Self {
        if let Some(metadata) = self.object.get_mut("metadata") {
            set(metadata, "finalizers", json!([finalizer]));
        }
        self
    }

    /// The object as it is applied.
    pub fn object(&self) -> &Value {
        &self.object
    }

    /// Digest of what is wanted.
    pub fn digest(&self) -> Option<&str> {
        self.object
            .get("metadata")?
            .get("annotations")?
            .get(DIGEST_ANNOTATION)?
            .as_str()
    }
}

fn set(object: &mut Value, key: &str, value: Value) {
    if let Some(map) = object.as_object_mut() {
        map.insert(key.to_owned(), value);
    }
}

/// A reference that makes `owner` the controller of an object.
pub fn owner_reference<K: Resource<DynamicType = ()>>(kind: Kind, owner: &K) -> Value {
    json!({
        "apiVersion": kind.api_version(),
        "kind": kind.name(),
        "name": owner.meta().name,
        "uid": owner.meta().uid,
        "controller": true,
        "blockOwnerDeletion": true,
    })
}

/// The label by which the caches find what the operator created, and the ones that tools read.
pub fn managed_labels(instance: &str) -> BTreeMap<String, String> {
    BTreeMap::from([
        (
            "app.kubernetes.io/managed-by".to_owned(),
            "maquette".to_owned(),
        ),
        ("app.kubernetes.io/instance".to_owned(), instance.to_owned()),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_of_a_secret_is_not_printed() {
        let body = Map::from_iter([("data".to_owned(), json!({ "secret": "Y2FuYXJ5" }))]);
        let (none, key) = (BTreeMap::new(), Key::new("maquette-system", "web"));
        let desired = Desired::unowned(Kind::Secret, key, "u1", &none, &none, body);
        let printed = format!("{desired:?}");
        assert!(
            printed.contains("web") && !printed.contains("Y2FuYXJ5"),
            "{printed}"
        );
    }
}
