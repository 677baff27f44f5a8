//! What all caches have in common.

use super::{
    gateway::GatewaySummary,
    kept::Kept,
    key::Key,
    kind::{Caches, Kind},
    namespace::NamespaceSummary,
    pod::PodSummary,
    raw::RawObject,
    router::{Router, Source},
    store::Store,
};
use k8s_openapi::api::core::v1::Secret;
use maquette_api::{Component, DNSRecord, Plugin, Provider, Tunnel, Workspace};
use serde_json::Value;
use std::sync::{Arc, PoisonError};

/// A kind whose kept type names it.
pub trait Typed: Kept {
    /// The kind of the type.
    const KIND: Kind;

    /// Where its objects are.
    fn store(caches: &Caches) -> &Store<Self>;
}

macro_rules! typed {
    ($($kept:ident $kind:ident $field:ident;)*) => {$(
        impl Typed for $kept {
            const KIND: Kind = Kind::$kind;

            fn store(caches: &Caches) -> &Store<Self> {
                &caches.$field
            }
        }
    )*};
}
typed! {
    Plugin Plugin plugins;
    Provider Provider providers;
    Workspace Workspace workspaces;
    Component Component components;
    DNSRecord DNSRecord records;
    Tunnel Tunnel tunnels;
    GatewaySummary Gateway gateways;
    PodSummary Pod pods;
    NamespaceSummary Namespace namespaces;
    Secret Secret secrets;
}

impl std::fmt::Debug for Caches {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut caches = f.debug_struct("Caches");
        for kind in Kind::ALL {
            caches.field(kind.name(), &self.any(*kind).count());
        }
        caches.finish()
    }
}

impl Caches {
    /// Who has read what.
    pub fn router(&self) -> &Arc<Router> {
        &self.router
    }

    /// Whether this cluster serves the kind.
    pub fn serves(&self, kind: Kind) -> bool {
        !self
            .absent
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(&kind)
    }

    /// The cluster serves the kind, or does not.
    pub(super) fn set_served(&self, kind: Kind, served: bool) {
        let mut absent = self.absent.write().unwrap_or_else(PoisonError::into_inner);
        let changed = if served {
            absent.remove(&kind)
        } else {
            absent.insert(kind)
        };
        drop(absent);
        if changed {
            self.router.changed(&[Source::Served(kind)], None);
        }
    }

    /// The store of a kind that is kept as text.
    pub fn raw(&self, kind: Kind) -> Option<&Store<RawObject>> {
        match kind {
            Kind::Deployment => Some(&self.deployments),
            Kind::StatefulSet => Some(&self.stateful_sets),
            Kind::Job => Some(&self.jobs),
            Kind::Service => Some(&self.services),
            Kind::HTTPRoute => Some(&self.routes),
            Kind::Plugin
            | Kind::Provider
            | Kind::Workspace
            | Kind::Component
            | Kind::DNSRecord
            | Kind::Tunnel
            | Kind::Gateway
            | Kind::Pod
            | Kind::Namespace
            | Kind::Secret => None,
        }
    }

    /// The object as it is served, without what only the API server needs. `None` for kinds that are never applied.
    pub fn live(&self, kind: Kind, key: &Key) -> Option<Value> {
        self.any(kind).live(key)
    }
}
