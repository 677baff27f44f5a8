//! Every custom resource of Maquette as a Rust type (`maquette.dev/v1alpha1`).
//!
//! The `CustomResourceDefinition`s that the chart installs are generated from these types by [`crds`].
//! Nothing here performs input or output; what a kind *does* lives in the operator's controllers.

#![allow(
    clippy::duplicated_attributes,
    reason = "each printer column repeats the names of its fields"
)]
#![allow(
    unreachable_pub,
    reason = "KubeSchema repeats each type inside a function"
)]

pub mod claim;
pub mod component;
pub mod condition;
pub mod dependency;
pub mod dnsrecord;
pub mod owner;
pub mod plugin;
pub mod provider;
pub mod reason;
pub mod scope;
pub mod template;
pub mod tunnel;
pub mod workspace;

pub use claim::HostClaim;
pub use component::{Component, ComponentSpec, ComponentStatus, Network, Workload};
pub use dependency::{Dependency, DependencyCondition, DependencyKind};
pub use dnsrecord::{
    DNSRecord, DNSRecordSpec, DNSRecordStatus, LedgerEntry, LedgerState, RecordType,
};
pub use plugin::{Plugin, PluginSpec, PluginStatus};
pub use provider::{Provider, ProviderSpec, ProviderStatus};
pub use scope::{Requester, Scope};
pub use template::Template;
pub use tunnel::{Tunnel, TunnelEntry, TunnelRoute, TunnelService, TunnelSpec, TunnelStatus};
pub use workspace::{Workspace, WorkspaceSpec, WorkspaceStatus};

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    CustomResourceDefinition, JSON,
};
use kube::CustomResourceExt as _;

/// API group of every kind.
pub const GROUP: &str = "maquette.dev";
/// Served and stored version.
pub const VERSION: &str = "v1alpha1";
/// Field manager of everything that the operator applies.
pub const FIELD_MANAGER: &str = "maquette";
/// Finalizer that keeps an object until everything made for it is gone.
pub const FINALIZER: &str = "maquette.dev/teardown";
/// Label on every object made for a workspace: the workspace's name.
pub const WORKSPACE_LABEL: &str = "maquette.dev/workspace";
/// Label on every object made for a component: the component's name within its workspace.
pub const COMPONENT_LABEL: &str = "maquette.dev/component";
/// Label on the pods of a component, by which its workload and Services select them: the UID of the Component. No other program's
/// pods have it.
pub const COMPONENT_UID_LABEL: &str = "maquette.dev/component-uid";
/// Label on every object made for a tunnel in the operator's namespace: the tunnel's name …
pub const TUNNEL_LABEL: &str = "maquette.dev/tunnel";
/// … and its namespace.
pub const TUNNEL_NAMESPACE_LABEL: &str = "maquette.dev/tunnel-namespace";
/// Annotation on a Tunnel: another value than before gives the tunnel a new secret.
pub const ROTATE_ANNOTATION: &str = "maquette.dev/rotate";
/// Annotation on a Provider that makes it the default for an interface, for example `dns`.
pub const DEFAULT_FOR_ANNOTATION: &str = "maquette.dev/default-for";

/// Whether a field has its default. Within a list such a field is not written out and has no default in the CRD, so that a
/// manifest without it stays unchanged when it is applied again.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// All CRDs, in the order in which they are installed.
pub fn crds() -> Vec<CustomResourceDefinition> {
    vec![
        Plugin::crd(),
        Provider::crd(),
        Workspace::crd(),
        component_crd(),
        DNSRecord::crd(),
        Tunnel::crd(),
    ]
}

/// The CRD of Component, with a default for the workload: it is no part of a list here, and a column shows it.
fn component_crd() -> CustomResourceDefinition {
    let mut crd = Component::crd();
    for version in &mut crd.spec.versions {
        let schema = version.schema.as_mut();
        let schema = schema.and_then(|schema| schema.open_api_v3_schema.as_mut());
        let fields = schema.and_then(|schema| schema.properties.as_mut());
        let spec = fields.and_then(|fields| fields.get_mut("spec"));
        let fields = spec.and_then(|spec| spec.properties.as_mut());
        if let Some(workload) = fields.and_then(|fields| fields.get_mut("workload")) {
            workload.default = Some(JSON(Workload::default().kind().into()));
        }
    }
    crd
}
