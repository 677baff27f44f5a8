//! The form in which a store keeps the objects of a kind.

use super::{kind::Kind, store::Stored};
use crate::kinds::for_each_kind;
use k8s_openapi::{
    api::core::v1::Secret,
    apimachinery::pkg::apis::meta::v1::{ObjectMeta, Time},
};
use kube::{Api, Client, Resource, core::DynamicObject};
use maquette_api::{Component, DNSRecord, HostClaim, Plugin, Provider, Tunnel, Workspace};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::{
    fmt::Debug,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

/// The form in which a store keeps the objects of a kind.
pub trait Kept: Stored + Sized {
    /// The form in which the API server serves them.
    type Served: Resource<DynamicType: Clone + Debug + Eq + std::hash::Hash + Unpin + Send + Sync>
        + DeserializeOwned
        + Clone
        + Debug
        + Send
        + Sync
        + 'static;

    /// The API that lists and watches the kind: of the whole cluster, except for kinds of the operator's namespace.
    fn api(client: Client, kind: Kind, operator_namespace: &str) -> Api<Self::Served>;

    /// What is kept of a served object.
    fn keep(served: Self::Served) -> Self;

    /// The object as an answer of the API server; `None` where it cannot be read, which the watch reports.
    fn parse(answer: DynamicObject) -> Option<Self>;

    /// The object as it is served, without what only the API server needs. `None` for kinds that are never applied.
    fn live(&self) -> Option<Value>;

    /// A number that changes with every field that can be applied.
    fn fingerprint(&self) -> u64 {
        hash_of_meta(self.metadata()).finish()
    }

    /// Whether `new` says anything that `self` does not, besides its resource version.
    fn is_news(&self, new: &Self) -> bool;

    /// The host names that the object holds, as its status says.
    fn hosts(&self) -> Vec<HostClaim> {
        Vec::new()
    }
}

/// A hash of what of the metadata can be applied, and of the generation, which changes with the spec.
pub(super) fn hash_of_meta(meta: &ObjectMeta) -> DefaultHasher {
    let mut hasher = DefaultHasher::new();
    (&meta.uid, &meta.generation, &meta.labels, &meta.annotations).hash(&mut hasher);
    for owner in meta.owner_references.iter().flatten() {
        (&owner.uid, owner.controller).hash(&mut hasher);
    }
    hasher
}

macro_rules! own_row {
    (reconciled $kept:ident) => { own_row!(derived $kept); };
    (derived $kept:ident) => {
        impl Kept for $kept {
            type Served = Self;

            fn api(client: Client, _: Kind, _: &str) -> Api<Self> {
                Api::all(client)
            }

            fn keep(mut served: Self) -> Self {
                served.metadata.managed_fields = None;
                served
            }

            fn parse(answer: DynamicObject) -> Option<Self> {
                answer.try_parse().ok().map(Self::keep)
            }

            fn live(&self) -> Option<Value> {
                serde_json::to_value(self).ok()
            }

            fn is_news(&self, _: &Self) -> bool {
                true
            }

            fn hosts(&self) -> Vec<HostClaim> {
                Claims::claims(self)
            }
        }
    };
    ($use:ident $kept:ident) => {};
}

macro_rules! own {
    ($($kind:ident $field:ident $kept:ident $group:tt $version:tt $plural:literal $namespaced:literal $watched:ident $use:ident($($controller:tt)*);)*) => {
        $(own_row!($use $kept);)*
    };
}
for_each_kind!(own);

/// The host names that an object of our own kinds claims.
trait Claims {
    /// The claims; most kinds have none.
    fn claims(&self) -> Vec<HostClaim> {
        Vec::new()
    }
}

impl Claims for Plugin {}
impl Claims for Provider {}
impl Claims for Component {}

impl Claims for Workspace {
    fn claims(&self) -> Vec<HostClaim> {
        let status = self.status.iter();
        status.flat_map(|status| status.hosts.clone()).collect()
    }
}

impl Claims for Tunnel {
    fn claims(&self) -> Vec<HostClaim> {
        let status = self.status.iter();
        status.flat_map(|status| status.hosts.clone()).collect()
    }
}

impl Claims for DNSRecord {
    fn claims(&self) -> Vec<HostClaim> {
        names_of_record(self)
    }
}

/// The names of every record set that may exist for the object, from its creation on.
fn names_of_record(record: &DNSRecord) -> Vec<HostClaim> {
    let ledger = record.status.iter().flat_map(|status| &status.ledger);
    let created = record.metadata.creation_timestamp.clone();
    let claim = |host: &String| HostClaim {
        host: host.clone(),
        since: created.clone().unwrap_or(Time(jiff::Timestamp::UNIX_EPOCH)),
    };
    ledger.map(|entry| claim(&entry.name)).collect()
}

impl Kept for Secret {
    type Served = Self;

    fn api(client: Client, _: Kind, operator_namespace: &str) -> Api<Self> {
        Api::namespaced(client, operator_namespace)
    }

    fn keep(mut served: Self) -> Self {
        served.metadata.managed_fields = None;
        served
    }

    fn parse(answer: DynamicObject) -> Option<Self> {
        answer.try_parse().ok().map(Self::keep)
    }

    fn live(&self) -> Option<Value> {
        serde_json::to_value(self).ok()
    }

    fn fingerprint(&self) -> u64 {
        let mut hasher = hash_of_meta(&self.metadata);
        for (key, value) in self.data.iter().flatten() {
            (key, &value.0).hash(&mut hasher);
        }
        hasher.finish()
    }

    fn is_news(&self, new: &Self) -> bool {
        let of = |secret: &Self| {
            let meta = &secret.metadata;
            (
                meta.uid.clone(),
                meta.labels.clone(),
                meta.deletion_timestamp.clone(),
                secret.data.clone(),
            )
        };
        of(self) != of(new)
    }
}
