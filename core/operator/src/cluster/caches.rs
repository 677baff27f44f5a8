//! Every shared cache.

use super::{
    key::Key,
    kind::Kind,
    pod::PodSummary,
    store::{Store, Stored},
};
use k8s_openapi::api::core::v1::{Namespace, Secret};
use kube::core::{DynamicObject, PartialObjectMeta};
use maquette_api::{Component, DNSRecord, Plugin, Provider, Tunnel, Workspace};
use serde::Serialize;
use serde_json::Value;
use std::{
    collections::{BTreeMap, HashSet},
    sync::{PoisonError, RwLock},
};

/// Every shared cache. Filled by [`super::start_watches`].
#[derive(Debug, Default)]
#[expect(
    missing_docs,
    reason = "each holds the objects of the kind of its name"
)]
pub struct Caches {
    pub plugins: Store<Plugin>,
    pub providers: Store<Provider>,
    pub workspaces: Store<Workspace>,
    pub components: Store<Component>,
    pub records: Store<DNSRecord>,
    pub tunnels: Store<Tunnel>,
    pub deployments: Store<DynamicObject>,
    pub stateful_sets: Store<DynamicObject>,
    pub jobs: Store<DynamicObject>,
    pub services: Store<DynamicObject>,
    pub routes: Store<DynamicObject>,
    pub gateways: Store<DynamicObject>,
    pub pods: Store<PodSummary>,
    pub namespaces: Store<PartialObjectMeta<Namespace>>,
    pub secrets: Store<Secret>,
    /// Kinds that this cluster does not serve.
    pub absent: RwLock<HashSet<Kind>>,
    /// Names that objects of these kinds have which the operator did not make.
    pub foreign: RwLock<HashSet<(Kind, Key)>>,
}

/// An object came, changed or went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its kind.
    pub kind: Kind,
    /// Its namespace and name.
    pub key: Key,
    /// Kind and name of its controller, where it has one.
    pub owner: Option<(Kind, String)>,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
}

impl Change {
    /// A change of this object.
    pub fn of<T: Stored>(kind: Kind, object: &T) -> Self {
        let meta = object.metadata();
        Self {
            kind,
            key: Key::of(meta),
            owner: meta
                .owner_references
                .iter()
                .flatten()
                .find(|owner| owner.controller == Some(true))
                .and_then(|owner| Some((Kind::from_name(&owner.kind)?, owner.name.clone()))),
            labels: meta.labels.clone().unwrap_or_default(),
        }
    }

    /// Key of the object's controller, where that is of this kind.
    pub fn owner_of_kind(&self, kind: Kind) -> Option<Key> {
        let (owner, name) = self.owner.as_ref()?;
        (*owner == kind).then(|| Key::new(self.key.namespace.clone(), name.clone()))
    }
}

impl Caches {
    /// Whether this cluster serves the kind.
    pub fn serves(&self, kind: Kind) -> bool {
        !self
            .absent
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(&kind)
    }

    /// Whether an object of this kind and name exists that the operator did not make.
    pub fn is_foreign(&self, kind: Kind, key: &Key) -> bool {
        self.foreign
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(&(kind, key.clone()))
    }

    /// The object as it is served, without what only the API server needs. Nothing for kinds that nobody applies.
    pub fn live(&self, kind: Kind, key: &Key) -> Option<Value> {
        match kind {
            Kind::Component => served(&self.components, key),
            Kind::DNSRecord => served(&self.records, key),
            Kind::Tunnel => served(&self.tunnels, key),
            Kind::Secret => served(&self.secrets, key),
            other => served(self.dynamic(other)?, key),
        }
    }

    /// The object with this UID is gone, says the API server.
    pub fn forget(&self, kind: Kind, key: &Key, uid: &str) {
        match kind {
            Kind::Component => self.components.forget(key, Some(uid)),
            Kind::DNSRecord => self.records.forget(key, Some(uid)),
            Kind::Tunnel => self.tunnels.forget(key, Some(uid)),
            Kind::Secret => self.secrets.forget(key, Some(uid)),
            other => {
                if let Some(store) = self.dynamic(other) {
                    store.forget(key, Some(uid));
                }
            }
        }
    }

    /// The cache of a kind that is kept as it is served.
    pub fn dynamic(&self, kind: Kind) -> Option<&Store<DynamicObject>> {
        match kind {
            Kind::Deployment => Some(&self.deployments),
            Kind::StatefulSet => Some(&self.stateful_sets),
            Kind::Job => Some(&self.jobs),
            Kind::Service => Some(&self.services),
            Kind::HTTPRoute => Some(&self.routes),
            Kind::Gateway => Some(&self.gateways),
            _ => None,
        }
    }
}

fn served<T: Stored + Serialize>(store: &Store<T>, key: &Key) -> Option<Value> {
    serde_json::to_value(&*store.get(key)?).ok()
}
