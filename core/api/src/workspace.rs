//! Workspace: one running environment.

use crate::{Dependency, claim::HostClaim, component::ComponentSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Condition, present only while it is False: everything outside of the workspace that it needs, such as its Gateway and its
/// Providers, is available.
pub const AVAILABLE: &str = "Available";

/// One running environment: components, their networks, names and routes.
#[derive(CustomResource, Clone, Debug, PartialEq, Serialize, Deserialize, KubeSchema)]
#[kube(
    group = "maquette.dev", version = "v1alpha1", kind = "Workspace", plural = "workspaces", namespaced, shortname = "mqws",
    category = "maquette", status = "WorkspaceStatus", derive = "PartialEq",
    doc = "One running environment: components, their networks, names and routes.",
    validation = Rule::new("self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')")
        .message("metadata.name must be a DNS label: lower case letters, digits and '-', starting with a letter"),
    validation = Rule::new("self.spec.components.all(c, !has(c.dependsOn) || c.dependsOn.all(d, !has(d.kind) || d.kind != 'Workspace' || d.name != self.metadata.name))")
        .message("a component cannot depend on its own workspace").field_path(".spec.components"),
    validation = Rule::new("self.spec.components.all(c, size(self.metadata.name) + size(c.name) < 52)")
        .message("metadata.name and the name of each component may have at most 51 characters together, because the names of pods are made from both"),
    printcolumn(name = "Phase", type_ = "string", json_path = ".status.phase"),
    printcolumn(name = "URL", type_ = "string", json_path = ".status.url"),
    printcolumn(name = "Ready", type_ = "string", json_path = ".status.ready"),
    printcolumn(name = "Reason", type_ = "string", json_path = ".status.conditions[?(@.type=='Ready')].reason"),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp")
)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = Rule::new("!has(self.networking) || !has(self.networking.routes) || self.networking.routes.all(r, self.components.exists(c, c.name == r.to.component))")
        .message("a route leads to a component that the workspace does not have").field_path(".networking.routes")
)]
pub struct WorkspaceSpec {
    /// How it is named and reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub networking: Option<Networking>,
    /// Its parts.
    #[schemars(length(min = 1, max = 64))]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["name".into()]))]
    pub components: Vec<WorkspaceComponent>,
}

/// One part of a workspace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = Rule::new("!has(self.dependsOn) || self.dependsOn.all(d, !has(d.component) || d.component != self.name)")
        .message("a component cannot depend on itself").field_path(".dependsOn")
)]
pub struct WorkspaceComponent {
    /// Name within the workspace: a DNS label.
    #[schemars(
        length(min = 1, max = 50),
        regex(pattern = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")
    )]
    pub name: String,
    /// What must hold before it is created. References such as `${components::mysql.networks.tcp}` and
    /// `${outputs::Workspace.shared.url}` add to this.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64))]
    pub depends_on: Vec<Dependency>,
    /// What it is.
    #[serde(flatten)]
    pub spec: ComponentSpec,
}

/// How a workspace is named and reached.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = Rule::new("!has(self.routes) || size(self.routes) == 0 || has(self.gateway) || has(self.tunnel)")
        .message("routes need a gateway or a tunnel: set spec.networking.gateway or spec.networking.tunnel").field_path(".gateway"),
    validation = Rule::new("!has(self.tunnel) || (has(self.routes) && size(self.routes) > 0)")
        .message("a tunnel needs routes: set spec.networking.routes").field_path(".routes"),
    validation = Rule::new("!has(self.routes) || has(self.dns) || self.routes.all(r, has(r.host))")
        .message("a route without host needs spec.networking.dns, whose zone makes the host").field_path(".routes"),
    validation = Rule::new("!has(self.routes) || !has(self.dns) || self.routes.all(r, !has(r.host) || r.host.contains('${') || r.host == self.dns.zone || r.host.endsWith('.' + self.dns.zone))")
        .message("the host of each route must lie in spec.networking.dns.zone").field_path(".routes")
)]
pub struct Networking {
    /// Where the names of the routes are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dns: Option<WorkspaceDns>,
    /// Gateway (Gateway API) to which the routes attach.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway: Option<GatewayRef>,
    /// Tunnel through which the routes are reached; the names then point to it, also where there is a gateway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tunnel: Option<TunnelRef>,
    /// What is reachable from outside, and where.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 16))]
    pub routes: Vec<Route>,
}

/// Where names are kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KubeSchema)]
pub struct WorkspaceDns {
    /// Name of the Provider. Omitted: the one annotated `maquette.dev/default-for: dns`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253))]
    pub provider: Option<String>,
    /// Zone in which the names are made.
    #[schemars(length(min = 1, max = 200))]
    #[x_kube(validation = Rule::new("self.split('.').all(l, size(l) <= 63 && l.matches('^[a-z0-9_]([-a-z0-9_]*[a-z0-9_])?$'))")
        .message("must be a domain name in lower case without the final dot, each label of at most 63 characters"))]
    pub zone: String,
    /// Time to live of the records in seconds, default 60.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 604_800))]
    pub ttl: Option<u32>,
}

/// A Gateway of the Gateway API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct GatewayRef {
    /// Its name.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
    /// Its namespace. Omitted: the workspace's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 63))]
    pub namespace: Option<String>,
    /// Listener to attach to. Omitted: every listener that accepts the host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253))]
    pub section_name: Option<String>,
}

/// A tunnel of the workspace's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
pub struct TunnelRef {
    /// Name of the Provider.
    #[schemars(length(min = 1, max = 253))]
    pub provider: String,
}

/// A component's network, reachable from outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
pub struct Route {
    /// Where it leads.
    pub to: RouteTarget,
    /// Host. Omitted: `<workspace>.<zone>`. May refer to `${workspace::name}` and `${workspace::namespace}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253))]
    #[x_kube(validation = Rule::new("self.contains('${') || self.split('.').all(l, size(l) <= 63)").message("each label of a host may have at most 63 characters (RFC 1035, section 2.3.4)"))]
    #[x_kube(validation = Rule::new("self.contains('${') || self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$')").message("must be a host name in lower case without the final dot"))]
    pub host: Option<String>,
    /// Path prefix, default `/`. May refer to the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 1024))]
    #[x_kube(validation = Rule::new("self.startsWith('/')").message("must start with '/'"))]
    pub path: Option<String>,
}

/// Where a route leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
pub struct RouteTarget {
    /// Name of the component.
    #[schemars(length(min = 1, max = 50))]
    pub component: String,
    /// Name of its network. Omitted: its only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 15))]
    pub network: Option<String>,
}

/// What a workspace is doing, for people; made from the conditions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Phase {
    /// Nothing was created yet.
    #[default]
    Pending,
    /// Its parts are starting.
    Deploying,
    /// Every part is ready.
    Ready,
    /// It was ready, and a part is not ready now.
    Degraded,
    /// It is being deleted.
    Terminating,
    /// User action is required before it can be ready.
    Failed,
}

/// How a workspace is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkspaceStatus {
    /// Generation of the spec that this status describes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// What it is doing.
    #[serde(default)]
    pub phase: Phase,
    /// Address of its first route.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Addresses of all routes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub urls: Vec<String>,
    /// Host names that it holds. A host that was removed from the spec is listed as long as anything serves it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["host".into()]))]
    pub hosts: Vec<HostClaim>,
    /// Values that others can refer to: `url` and `host` of its first route.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub outputs: BTreeMap<String, String>,
    /// Ready components of all, for example `3/4`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ready: Option<String>,
    /// Its parts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["name".into()]))]
    pub components: Vec<ComponentSummary>,
    /// Ready, Reconciling, Stalled, and Available while something outside of the workspace is not available.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["type".into()]))]
    pub conditions: Vec<Condition>,
}

/// How one part is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
pub struct ComponentSummary {
    /// Its name.
    pub name: String,
    /// Whether it is up.
    pub ready: bool,
    /// Why it is as it is.
    pub reason: String,
    /// What, where, why, and what to do.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
}
