//! An object that the operator applies and whose fields it seldom reads: metadata, and the rest as text.

use super::{
    kept::{Kept, hash_of_meta},
    kind::Kind,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::{
    Api, Client, Resource,
    core::{ApiResource, DynamicObject},
};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use std::{
    borrow::Cow,
    hash::{Hash as _, Hasher as _},
};

/// An object with its `spec` and `status` as compact JSON text, which takes a fraction of the memory of parsed values.
#[derive(Clone, Debug, PartialEq)]
pub struct RawObject {
    /// Metadata without managed fields.
    pub metadata: ObjectMeta,
    spec: Box<str>,
    status: Box<str>,
}

impl RawObject {
    /// The object's `spec`; null where it has none.
    pub fn spec(&self) -> Value {
        parsed(&self.spec)
    }

    /// The object's `status`; null where it has none.
    pub fn status(&self) -> Value {
        parsed(&self.status)
    }
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

fn text(value: Option<&Value>) -> Box<str> {
    value.map(Value::to_string).unwrap_or_default().into()
}

impl From<DynamicObject> for RawObject {
    fn from(object: DynamicObject) -> Self {
        let mut metadata = object.metadata;
        metadata.managed_fields = None;
        Self {
            metadata,
            spec: text(object.data.get("spec")),
            status: text(object.data.get("status")),
        }
    }
}

impl<'de> Deserialize<'de> for RawObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        DynamicObject::deserialize(deserializer).map(Self::from)
    }
}

impl Resource for RawObject {
    type DynamicType = ApiResource;
    type Scope = <DynamicObject as Resource>::Scope;

    fn kind(dt: &ApiResource) -> Cow<'_, str> {
        dt.kind.as_str().into()
    }

    fn group(dt: &ApiResource) -> Cow<'_, str> {
        dt.group.as_str().into()
    }

    fn version(dt: &ApiResource) -> Cow<'_, str> {
        dt.version.as_str().into()
    }

    fn api_version(dt: &ApiResource) -> Cow<'_, str> {
        dt.api_version.as_str().into()
    }

    fn plural(dt: &ApiResource) -> Cow<'_, str> {
        dt.plural.as_str().into()
    }

    fn meta(&self) -> &ObjectMeta {
        &self.metadata
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        &mut self.metadata
    }
}

impl Kept for RawObject {
    type Served = Self;

    fn api(client: Client, kind: Kind, _: &str) -> Api<Self> {
        Api::all_with(client, &kind.api_resource())
    }

    fn keep(served: Self) -> Self {
        served
    }

    fn parse(answer: DynamicObject) -> Option<Self> {
        Some(answer.into())
    }

    fn live(&self) -> Option<Value> {
        let mut live = json!({ "metadata": self.metadata });
        for (field, text) in [("spec", &self.spec), ("status", &self.status)] {
            if let (Some(map), false) = (live.as_object_mut(), text.is_empty()) {
                map.insert(field.to_owned(), parsed(text));
            }
        }
        Some(live)
    }

    fn fingerprint(&self) -> u64 {
        let mut hasher = hash_of_meta(&self.metadata);
        self.spec.hash(&mut hasher);
        hasher.finish()
    }

    fn is_news(&self, new: &Self) -> bool {
        let unversioned = |object: &Self| {
            let mut metadata = object.metadata.clone();
            metadata.resource_version = None;
            metadata
        };
        self.spec != new.spec || self.status != new.status || unversioned(self) != unversioned(new)
    }
}
