//! Dependencies of a component.

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What must hold before a component is created: of another component of the workspace, or of an object in the workspace's namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = Rule::new("has(self.component) != has(self.kind)")
        .message("set component, or kind and name of an object in this namespace").field_path(".component"),
    validation = Rule::new("has(self.kind) == has(self.name)")
        .message("an object needs kind and name").field_path(".name"),
    validation = Rule::new("!has(self.kind) || !has(self.condition) || self.condition == 'Ready' || self.kind == 'Component'")
        .message("only a Component can be Started or Completed").field_path(".condition")
)]
pub struct Dependency {
    /// Name of another component of the workspace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 50))]
    pub component: Option<String>,
    /// Kind of an object in the workspace's namespace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<DependencyKind>,
    /// Name of the object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253))]
    pub name: Option<String>,
    /// What must be true of it: default `Ready`, or `Completed` for a Job of the workspace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<DependencyCondition>,
}

/// Kinds of objects that a component can depend on.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum DependencyKind {
    /// Another workspace.
    Workspace,
    /// A component of another workspace: its name is `<workspace>-<component>`.
    Component,
    /// A record set.
    DNSRecord,
    /// A tunnel.
    Tunnel,
}

impl DependencyKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [
        Self::Workspace,
        Self::Component,
        Self::DNSRecord,
        Self::Tunnel,
    ];

    /// As in a manifest.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Workspace => "Workspace",
            Self::Component => "Component",
            Self::DNSRecord => "DNSRecord",
            Self::Tunnel => "Tunnel",
        }
    }

    /// The kind of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// What must be true of a component before another is created.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum DependencyCondition {
    /// Its containers run.
    Started,
    /// It is ready to serve; a Job is ready when it has completed.
    Ready,
    /// Its Job has completed.
    Completed,
}

impl DependencyCondition {
    /// The type of the condition.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Started => "Started",
            Self::Ready => "Ready",
            Self::Completed => "Completed",
        }
    }
}
