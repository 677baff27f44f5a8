//! One version of an object.

use super::resource::{Resource, kind_of, table};
use bytes::Bytes;
use maquette_operator::cluster::Kind;
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, OnceLock},
};

/// Where an object is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Id {
    pub(crate) resource: Resource,
    pub(crate) namespace: Arc<str>,
    pub(crate) name: Arc<str>,
}

impl Id {
    pub(crate) fn new(resource: Resource, namespace: &str, name: &str) -> Self {
        Self {
            resource,
            namespace: namespace.into(),
            name: name.into(),
        }
    }

    pub(crate) fn of(kind: Kind, namespace: &str, name: &str) -> Self {
        Self::new(super::resource_of(kind), namespace, name)
    }

    pub(crate) fn kind(&self) -> Option<Kind> {
        kind_of(self.resource)
    }

    pub(crate) fn is_lease(&self) -> bool {
        table()[self.resource].plural == super::LEASES
    }

    pub(crate) fn is(&self, kind: Kind) -> bool {
        self.kind() == Some(kind)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = &table()[self.resource].kind;
        if self.namespace.is_empty() {
            write!(f, "{kind} {}", self.name)
        } else {
            write!(f, "{kind} {}/{}", self.namespace, self.name)
        }
    }
}

/// Who set fields, and how: an apply and an update of the same manager are two owners, and so is the status.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Owner {
    pub(crate) manager: String,
    pub(crate) applies: bool,
    pub(crate) status: bool,
}

/// One version of an object.
#[derive(Debug)]
pub(crate) struct Object {
    pub(crate) value: Value,
    /// What each owner set.
    pub(crate) fields: BTreeMap<Owner, Arc<Value>>,
    text: OnceLock<Bytes>,
}

impl Object {
    pub(crate) fn new(value: Value, fields: BTreeMap<Owner, Arc<Value>>) -> Self {
        Self {
            value,
            fields,
            text: OnceLock::new(),
        }
    }

    /// As it is served.
    pub(crate) fn text(&self) -> &Bytes {
        self.text
            .get_or_init(|| serde_json::to_vec(&self.value).unwrap_or_default().into())
    }

    pub(crate) fn meta(&self, field: &str) -> Option<&str> {
        self.value["metadata"][field].as_str()
    }

    pub(crate) fn uid(&self) -> &str {
        self.meta("uid").unwrap_or_default()
    }

    pub(crate) fn generation(&self) -> i64 {
        self.value["metadata"]["generation"]
            .as_i64()
            .unwrap_or_default()
    }

    pub(crate) fn is_terminating(&self) -> bool {
        self.meta("deletionTimestamp").is_some()
    }

    pub(crate) fn label(&self, name: &str) -> Option<&str> {
        self.value["metadata"]["labels"][name].as_str()
    }

    pub(crate) fn annotation(&self, name: &str) -> Option<&str> {
        self.value["metadata"]["annotations"][name].as_str()
    }

    pub(crate) fn finalizers(&self) -> impl Iterator<Item = &str> {
        strings(&self.value["metadata"]["finalizers"])
    }

    pub(crate) fn owners(&self) -> impl Iterator<Item = &Value> {
        self.value["metadata"]["ownerReferences"]
            .as_array()
            .into_iter()
            .flatten()
    }

    pub(crate) fn is_owned_by(&self, uid: &str) -> bool {
        self.owners().any(|owner| owner["uid"] == uid)
    }

    /// The status of a condition.
    pub(crate) fn condition(&self, name: &str) -> Option<&Value> {
        self.value["status"]["conditions"]
            .as_array()?
            .iter()
            .find(|condition| condition["type"] == name)
    }
}

/// The texts of a list.
pub(crate) fn strings(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}
