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
use crate::kinds::for_each_kind;
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

macro_rules! typed_row {
    // Several kinds are kept as text, so that the type does not name the kind.
    ($kind:ident $field:ident RawObject) => {};
    ($kind:ident $field:ident $kept:ident) => {
        impl Typed for $kept {
            const KIND: Kind = Kind::$kind;

            fn store(caches: &Caches) -> &Store<Self> {
                &caches.$field
            }
        }
    };
}

macro_rules! raw_row {
    ($caches:ident $field:ident RawObject) => {
        Some(&$caches.$field)
    };
    ($caches:ident $field:ident $kept:ident) => {
        None
    };
}

macro_rules! typed {
    ($($kind:ident $field:ident $kept:ident $group:tt $version:tt $plural:literal $namespaced:literal $watched:ident $use:ident($($controller:tt)*);)*) => {
        $(typed_row!($kind $field $kept);)*

        impl Caches {
            /// The store of a kind that is kept as text.
            pub fn raw(&self, kind: Kind) -> Option<&Store<RawObject>> {
                match kind { $(Kind::$kind => raw_row!(self $field $kept)),* }
            }
        }
    };
}
for_each_kind!(typed);

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
    /// Subscriptions of the readers.
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

    /// The object as it is served, without what only the API server needs. `None` for kinds that are never applied.
    pub fn live(&self, kind: Kind, key: &Key) -> Option<Value> {
        self.any(kind).live(key)
    }
}
