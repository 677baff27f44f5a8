//! What the operator needs to know of a namespace; the rest is not kept in memory.

use super::{kept::Kept, kind::Kind, store::Stored};
use k8s_openapi::{api::core::v1::Namespace, apimachinery::pkg::apis::meta::v1::ObjectMeta};
use kube::{
    Api, Client,
    core::{DynamicObject, PartialObjectMeta},
};
use serde_json::Value;

/// A namespace: its name, UID, labels, annotations and times.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NamespaceSummary {
    /// What is kept of the metadata.
    pub metadata: ObjectMeta,
}

impl Stored for NamespaceSummary {
    fn metadata(&self) -> &ObjectMeta {
        &self.metadata
    }
}

impl From<ObjectMeta> for NamespaceSummary {
    fn from(meta: ObjectMeta) -> Self {
        Self {
            metadata: ObjectMeta {
                name: meta.name,
                uid: meta.uid,
                resource_version: meta.resource_version,
                labels: meta.labels,
                annotations: meta.annotations,
                deletion_timestamp: meta.deletion_timestamp,
                ..ObjectMeta::default()
            },
        }
    }
}

impl Kept for NamespaceSummary {
    type Served = PartialObjectMeta<Namespace>;

    fn api(client: Client, _: Kind, _: &str) -> Api<Self::Served> {
        Api::all(client)
    }

    fn keep(served: Self::Served) -> Self {
        served.metadata.into()
    }

    fn parse(answer: DynamicObject) -> Option<Self> {
        Some(answer.metadata.into())
    }

    fn live(&self) -> Option<Value> {
        None
    }

    fn is_news(&self, new: &Self) -> bool {
        let of = |namespace: &Self| {
            let meta = &namespace.metadata;
            (
                meta.uid.clone(),
                meta.labels.clone(),
                meta.annotations.clone(),
                meta.deletion_timestamp.clone(),
            )
        };
        of(self) != of(new)
    }
}
