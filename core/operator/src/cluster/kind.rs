//! The table of kinds: every kind that the operator watches or writes, in one row each.
//!
//! The enum [`Kind`], the caches, the watches and everything that depends on the kind of an object come from this table.
//! A new kind is its type in `core/api`, its folder in `controllers`, and one row here and in the table of controllers.

use super::{
    gateway::GatewaySummary, namespace::NamespaceSummary, pod::PodSummary, raw::RawObject,
};
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
}

/// Calls a macro with every row: kind, field of the caches, type that is kept, group, version, plural, namespaced, watched.
macro_rules! for_each_kind {
    ($macro:ident) => {
        $macro! {
            Plugin plugins Plugin MAQUETTE V1ALPHA1 "plugins" false All;
            Provider providers Provider MAQUETTE V1ALPHA1 "providers" false All;
            Workspace workspaces Workspace MAQUETTE V1ALPHA1 "workspaces" true All;
            Component components Component MAQUETTE V1ALPHA1 "components" true All;
            DNSRecord records DNSRecord MAQUETTE V1ALPHA1 "dnsrecords" true All;
            Tunnel tunnels Tunnel MAQUETTE V1ALPHA1 "tunnels" true All;
            Deployment deployments RawObject "apps" "v1" "deployments" true Managed;
            StatefulSet stateful_sets RawObject "apps" "v1" "statefulsets" true Managed;
            Job jobs RawObject "batch" "v1" "jobs" true Managed;
            Service services RawObject "" "v1" "services" true Managed;
            HTTPRoute routes RawObject GATEWAY_API "v1" "httproutes" true Managed;
            Gateway gateways GatewaySummary GATEWAY_API "v1" "gateways" true All;
            Pod pods PodSummary "" "v1" "pods" true Managed;
            Namespace namespaces NamespaceSummary "" "v1" "namespaces" false All;
            Secret secrets Secret "" "v1" "secrets" true OperatorNamespace;
        }
    };
}
pub(super) use for_each_kind;

macro_rules! kind_enum {
    ($($kind:ident $field:ident $kept:ident $group:tt $version:tt $plural:literal $namespaced:literal $watched:ident;)*) => {
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
                    }),*
                }
            }
        }

        /// Every shared cache. [`super::start_watches`] fills them.
        #[expect(missing_docs, reason = "each holds the objects of the kind of its name")]
        pub struct Caches {
            $(pub $field: super::store::Store<$kept>,)*
            pub(super) router: std::sync::Arc<super::router::Router>,
            pub(super) absent: std::sync::RwLock<std::collections::HashSet<Kind>>,
        }

        impl Default for Caches {
            fn default() -> Self {
                let router = std::sync::Arc::<super::router::Router>::default();
                Self {
                    $($field: super::store::Store::new(Kind::$kind, router.clone()),)*
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
