//! The kinds that the operator watches or writes.

use kube::core::{ApiResource, GroupVersionKind};

/// A kind that the operator watches or writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is the Kubernetes kind of the same name")]
pub enum Kind {
    Plugin,
    Provider,
    Workspace,
    Component,
    DNSRecord,
    Tunnel,
    Deployment,
    StatefulSet,
    Job,
    Service,
    HTTPRoute,
    Gateway,
    Pod,
    Namespace,
    Secret,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 15] = [
        Self::Plugin,
        Self::Provider,
        Self::Workspace,
        Self::Component,
        Self::DNSRecord,
        Self::Tunnel,
        Self::Deployment,
        Self::StatefulSet,
        Self::Job,
        Self::Service,
        Self::HTTPRoute,
        Self::Gateway,
        Self::Pod,
        Self::Namespace,
        Self::Secret,
    ];

    /// Group, version, kind and plural.
    fn coordinates(self) -> (&'static str, &'static str, &'static str, &'static str) {
        const MAQUETTE: &str = maquette_api::GROUP;
        const V: &str = maquette_api::VERSION;
        match self {
            Self::Plugin => (MAQUETTE, V, "Plugin", "plugins"),
            Self::Provider => (MAQUETTE, V, "Provider", "providers"),
            Self::Workspace => (MAQUETTE, V, "Workspace", "workspaces"),
            Self::Component => (MAQUETTE, V, "Component", "components"),
            Self::DNSRecord => (MAQUETTE, V, "DNSRecord", "dnsrecords"),
            Self::Tunnel => (MAQUETTE, V, "Tunnel", "tunnels"),
            Self::Deployment => ("apps", "v1", "Deployment", "deployments"),
            Self::StatefulSet => ("apps", "v1", "StatefulSet", "statefulsets"),
            Self::Job => ("batch", "v1", "Job", "jobs"),
            Self::Service => ("", "v1", "Service", "services"),
            Self::HTTPRoute => ("gateway.networking.k8s.io", "v1", "HTTPRoute", "httproutes"),
            Self::Gateway => ("gateway.networking.k8s.io", "v1", "Gateway", "gateways"),
            Self::Pod => ("", "v1", "Pod", "pods"),
            Self::Namespace => ("", "v1", "Namespace", "namespaces"),
            Self::Secret => ("", "v1", "Secret", "secrets"),
        }
    }

    /// Name of the kind.
    pub fn name(self) -> &'static str {
        self.coordinates().2
    }

    /// `group/version`, or `version` for the core group.
    pub fn api_version(self) -> String {
        let (group, version, ..) = self.coordinates();
        if group.is_empty() {
            version.to_owned()
        } else {
            format!("{group}/{version}")
        }
    }

    /// What a client needs to call it.
    pub fn api_resource(self) -> ApiResource {
        let (group, version, kind, plural) = self.coordinates();
        ApiResource::from_gvk_with_plural(&GroupVersionKind::gvk(group, version, kind), plural)
    }

    /// Whether objects live in a namespace.
    pub fn is_namespaced(self) -> bool {
        !matches!(self, Self::Plugin | Self::Provider | Self::Namespace)
    }

    /// The kind of this name, if it is one of these.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
