//! The kinds of the table of kinds, with their coordinates and their caches.

use super::{
    gateway::GatewaySummary, namespace::NamespaceSummary, pod::PodSummary, raw::RawObject,
};
use crate::kinds::for_each_kind;
use k8s_openapi::api::core::v1::Secret;
use kube::core::{ApiResource, GroupVersionKind};
use maquette_api::{Component, DNSRecord, Plugin, Provider, Tunnel, Workspace};

const MAQUETTE: &str = maquette_api::GROUP;
const V1ALPHA1: &str = maquette_api::VERSION;
const GATEWAY_API: &str = "gateway.networking.k8s.io";

/// Which objects of a kind are watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watched {
    /// All objects of the cluster.
    All,
    /// Objects that carry the operator's label `app.kubernetes.io/managed-by`.
    Managed,
    /// Objects in the operator's namespace that are not releases of Helm.
    OperatorNamespace,
}

/// Coordinates of a kind in the Kubernetes API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coordinates {
    /// API group; empty for the core group.
    pub group: &'static str,
    /// Version of the group.
    pub version: &'static str,
    /// Name of the kind.
    pub kind: &'static str,
    /// Plural name, as in URLs and roles.
    pub plural: &'static str,
    /// Whether objects live in a namespace.
    pub namespaced: bool,
    /// Which objects are watched.
    pub watched: Watched,
    /// What the operator does with them.
    pub usage: Usage,
}

/// What the operator does with the objects of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(non_camel_case_types, reason = "the words of the table of kinds")]
pub enum Usage {
    /// Users create them, and a controller reconciles them.
    reconciled,
    /// Users or other kinds create them, and a controller reconciles them.
    derived,
    /// The operator creates them.
    managed,
    /// The operator reads them, and deletes those that have lost their owner.
    pruned,
    /// The operator only reads them.
    read,
}

macro_rules! kind_enum {
    ($($kind:ident $field:ident $kept:ident $group:tt $version:tt $plural:literal $namespaced:literal $watched:ident $use:ident($($controller:tt)*);)*) => {
        /// A kind that the operator watches or writes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[expect(missing_docs, reason = "each is the Kubernetes kind of the same name")]
        pub enum Kind { $($kind),* }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$kind),*];

            /// Coordinates in the Kubernetes API.
            pub const fn coordinates(self) -> Coordinates {
                match self {
                    $(Self::$kind => Coordinates {
                        group: $group,
                        version: $version,
                        kind: stringify!($kind),
                        plural: $plural,
                        namespaced: $namespaced,
                        watched: Watched::$watched,
                        usage: Usage::$use,
                    }),*
                }
            }
        }

        /// Every shared cache. [`super::start_watches`] fills them.
        #[expect(missing_docs, reason = "each holds the objects of the kind of its name")]
        pub struct Caches {
            $(pub $field: super::store::Store<$kept>,)*
            pub(super) claims: std::sync::Arc<super::claims::Claims>,
            pub(super) router: std::sync::Arc<super::router::Router>,
            pub(super) absent: std::sync::RwLock<std::collections::HashSet<Kind>>,
        }

        impl Default for Caches {
            fn default() -> Self {
                let router = std::sync::Arc::<super::router::Router>::default();
                let claims = std::sync::Arc::new(super::claims::Claims::new(router.clone()));
                Self {
                    $($field: super::store::Store::new(Kind::$kind, router.clone(), claims.clone()),)*
                    claims,
                    router,
                    absent: std::sync::RwLock::default(),
                }
            }
        }

        impl Caches {
            /// The store of a kind, whatever it keeps.
            pub fn any(&self, kind: Kind) -> &dyn super::store::AnyStore {
                match kind { $(Kind::$kind => &self.$field),* }
            }
        }
    };
}
for_each_kind!(kind_enum);

impl Kind {
    /// Name of the kind.
    pub fn name(self) -> &'static str {
        self.coordinates().kind
    }

    /// `group/version`, or `version` for the core group.
    pub fn api_version(self) -> String {
        let Coordinates { group, version, .. } = self.coordinates();
        if group.is_empty() {
            version.to_owned()
        } else {
            format!("{group}/{version}")
        }
    }

    /// What a client needs to call it.
    pub fn api_resource(self) -> ApiResource {
        let Coordinates {
            group,
            version,
            kind,
            plural,
            ..
        } = self.coordinates();
        ApiResource::from_gvk_with_plural(&GroupVersionKind::gvk(group, version, kind), plural)
    }

    /// Whether objects live in a namespace.
    pub fn is_namespaced(self) -> bool {
        self.coordinates().namespaced
    }

    /// The kind of this name, if it is one of these.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
