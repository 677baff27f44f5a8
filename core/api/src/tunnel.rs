//! `Tunnel`: a way in from outside through a connector that runs in the cluster and dials out.

use crate::claim::HostClaim;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Condition: the connector's pods say that they are connected.
pub const CONNECTED: &str = "Connected";

/// A way in from outside through a connector that runs in the cluster and dials out. A tunnel that somebody else owns is
/// never touched.
#[derive(CustomResource, Clone, Debug, PartialEq, Serialize, Deserialize, KubeSchema)]
#[kube(
    group = "maquette.dev",
    version = "v1alpha1",
    kind = "Tunnel",
    plural = "tunnels",
    namespaced,
    shortname = "mqtun",
    category = "maquette",
    status = "TunnelStatus",
    derive = "PartialEq",
    doc = "A way in from outside through a connector that runs in the cluster and dials out. A tunnel that somebody else owns is never touched.",
    validation = Rule::new("size(self.metadata.name) <= 63").message("a Tunnel's name may have at most 63 characters: it stands in labels"),
    printcolumn(name = "Provider", type_ = "string", json_path = ".spec.provider"),
    printcolumn(
        name = "Hosts",
        type_ = "string",
        json_path = ".spec.routes[*].host"
    ),
    printcolumn(name = "Target", type_ = "string", json_path = ".status.target"),
    printcolumn(
        name = "Ready",
        type_ = "string",
        json_path = ".status.conditions[?(@.type=='Ready')].status"
    ),
    printcolumn(
        name = "Reason",
        type_ = "string",
        json_path = ".status.conditions[?(@.type=='Ready')].reason"
    ),
    printcolumn(
        name = "Age",
        type_ = "date",
        json_path = ".metadata.creationTimestamp"
    )
)]
#[serde(rename_all = "camelCase")]
pub struct TunnelSpec {
    /// Name of the Provider. Cannot be changed: make another Tunnel, then delete this one.
    #[schemars(length(min = 1, max = 253))]
    #[x_kube(validation = Rule::new("self == oldSelf").message("cannot be changed; make another Tunnel and delete this one"))]
    pub provider: String,
    /// What is reachable, in order of precedence.
    #[schemars(length(min = 1, max = 64))]
    pub routes: Vec<TunnelRoute>,
    /// Where the hosts' names are kept. Omitted: they are somebody else's business.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dns: Option<TunnelDns>,
}

/// Where the requests for one host go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
pub struct TunnelRoute {
    /// Absolute host in lower case without the final dot; may start with `*.`.
    #[schemars(length(min = 1, max = 253))]
    #[x_kube(validation = Rule::new("self.split('.').all(l, size(l) <= 63)").message("each label of a host may have at most 63 characters (RFC 1035, section 2.3.4)"))]
    #[x_kube(validation = Rule::new("self.matches('^([*][.])?[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$')")
        .message("must be a host name in lower case without the final dot"))]
    pub host: String,
    /// Path prefix. Omitted: every path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 1024))]
    #[x_kube(validation = Rule::new("self.startsWith('/')").message("must start with '/'"))]
    pub path: Option<String>,
    /// Where they go.
    pub service: TunnelService,
}

/// A Service in the tunnel's own namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
pub struct TunnelService {
    /// Its name.
    #[schemars(
        length(min = 1, max = 63),
        regex(pattern = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")
    )]
    pub name: String,
    /// One of its ports.
    #[schemars(range(min = 1, max = 65535))]
    pub port: u16,
    /// What it speaks.
    #[serde(default, skip_serializing_if = "crate::is_default")]
    pub scheme: Scheme,
}

/// What a Service speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// HTTP without TLS.
    #[default]
    Http,
    /// HTTP over TLS.
    Https,
    /// Any bytes.
    Tcp,
}

impl Scheme {
    /// As in a URL.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
            Self::Tcp => "tcp",
        }
    }
}

/// Where names are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
pub struct TunnelDns {
    /// Name of the Provider. Omitted: the one annotated `maquette.dev/default-for: dns`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253))]
    pub provider: Option<String>,
    /// Zone of the names. Omitted: the longest zone of the Provider in which each lies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253))]
    pub zone: Option<String>,
    /// Time to live of the records in seconds, default 60.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 604_800))]
    pub ttl: Option<u32>,
}

/// How a tunnel is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct TunnelStatus {
    /// Generation of the spec that this status describes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// What the hosts' names have to point to: a host name, or addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub target: Vec<String>,
    /// Values that others can refer to: `target`, where there is one, and `host`, its first one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub outputs: BTreeMap<String, String>,
    /// Host names that it holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["host".into()]))]
    pub hosts: Vec<HostClaim>,
    /// Every tunnel that was made or is about to be made for this object and whose absence was not seen yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ledger: Vec<TunnelEntry>,
    /// Ready, Reconciling, Stalled, Connected, Verified.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["type".into()]))]
    pub conditions: Vec<Condition>,
}

/// One tunnel at a provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct TunnelEntry {
    /// Name of the Provider.
    pub provider: String,
    /// Name of the tunnel there, and of what runs its connector in the operator's namespace.
    pub name: String,
    /// The provider's own identifier, once it is known. Without one, the tunnel may or may not exist.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Version of its routes, where the provider keeps them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}
