use serde::{Deserialize, Serialize};
use wasmtime::component::{ComponentType, Lift, Lower};

/// Where a chart is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(record)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Chart {
    /// URL: `https://` of a chart repository, `oci://`, or a git repository.
    pub repository: String,
    /// Name of the chart, or its folder in a git repository.
    pub name: String,
    /// Version, constraint, or revision in git.
    pub version: String,
}

/// An application.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(record)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct App {
    /// Its name: a DNS label.
    pub name: String,
    /// Namespace of its custom resource.
    pub namespace: String,
    /// Namespace that it is installed into.
    #[component(name = "target-namespace")]
    pub target_namespace: String,
    /// Name of the cluster as the engine knows it. Nothing: this one.
    pub cluster: Option<String>,
    /// What is installed.
    pub chart: Chart,
    /// Values of the chart, as JSON.
    pub values: String,
    /// Owner mark, for the manifests' annotations.
    pub owner: String,
}

/// How it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(enum)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum Health {
    /// Is becoming what it shall be.
    #[component(name = "progressing")]
    Progressing,
    /// Is what it shall be.
    #[component(name = "healthy")]
    Healthy,
    /// Cannot become it without help.
    #[component(name = "degraded")]
    Degraded,
    /// Was stopped on purpose.
    #[component(name = "suspended")]
    Suspended,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(record)]
#[serde(rename_all = "kebab-case")]
pub struct Assessment {
    /// How it is.
    pub health: Health,
    /// CamelCase.
    pub reason: String,
    /// For the user.
    pub message: String,
    /// Revision that runs.
    pub revision: Option<String>,
}
