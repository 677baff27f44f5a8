use serde::{Deserialize, Serialize};
use wasmtime::component::{ComponentType, Lift, Lower};

/// A chart of a chart repository.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(record)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RepositoryChart {
    /// `https://` URL of the repository.
    pub repository: String,
    /// Name of the chart.
    pub name: String,
    /// Version or constraint.
    pub version: String,
}

/// A chart in an OCI registry.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(record)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct OciChart {
    /// `HOST[:PORT]/PATH`, the chart's name included.
    pub repository: String,
    /// Version, constraint, or `sha256:…`.
    pub version: String,
}

/// A chart in a git repository.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(record)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct GitChart {
    /// Clone URL.
    pub repository: String,
    /// Folder of the chart.
    pub path: String,
    /// Branch, tag or object name.
    pub revision: String,
    /// Files of the same commit with values, relative to `path`, the strongest last.
    #[component(name = "values-files")]
    #[serde(default)]
    pub values_files: Vec<String>,
}

/// The source of a chart.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(variant)]
#[serde(rename_all = "kebab-case")]
pub enum Chart {
    /// A chart repository.
    #[component(name = "repository")]
    Repository(RepositoryChart),
    /// An OCI registry.
    #[component(name = "oci")]
    Oci(OciChart),
    /// Git.
    #[component(name = "git")]
    Git(GitChart),
}

/// A value of the chart that is in a Secret of the application's namespace.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(record)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SecretValue {
    /// Path in the values, keys separated by `.`, dots in keys escaped with `\`. Nothing: a document with values.
    pub path: Option<String>,
    /// Name of the Secret.
    pub secret: String,
    /// Its key.
    pub key: String,
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
    /// Name of the Helm release, at most 53 characters.
    pub release: String,
    /// Namespace that it is installed into.
    #[component(name = "target-namespace")]
    pub target_namespace: String,
    /// Whether that namespace is the application's own: created with it, and deleted with it by the host.
    #[component(name = "own-namespace")]
    #[serde(default)]
    pub own_namespace: bool,
    /// Name of the cluster as the engine knows it (Argo CD: of its cluster Secret; Flux: of the Secret with the kubeconfig).
    /// Nothing: this one.
    pub cluster: Option<String>,
    /// The chart that is installed.
    pub chart: Chart,
    /// Secret of the application's namespace with the login for the chart (`username`, `password`, or `identity`,
    /// `known_hosts`).
    #[component(name = "chart-secret")]
    pub chart_secret: Option<String>,
    /// Values of the chart: a JSON object.
    pub values: String,
    /// Values that are in Secrets. An engine that cannot read them answers `invalid` with `secret-values`.
    #[component(name = "secret-values")]
    #[serde(default)]
    pub secret_values: Vec<SecretValue>,
    /// Seconds that the installation may take.
    #[component(name = "timeout-seconds")]
    pub timeout_seconds: u32,
    /// Whether it is about to be deleted.
    #[serde(default)]
    pub removing: bool,
}

/// The health of an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(enum)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum Health {
    /// The engine works on it.
    #[component(name = "progressing")]
    Progressing,
    /// It is as described.
    #[component(name = "healthy")]
    Healthy,
    /// The engine cannot continue without help.
    #[component(name = "degraded")]
    Degraded,
    /// It was stopped on purpose.
    #[component(name = "suspended")]
    Suspended,
    /// The engine cannot tell, for example because it does not reach the cluster. The health that was known before stays.
    #[component(name = "unknown")]
    Unknown,
}

/// The observed state of an application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(record)]
#[serde(rename_all = "kebab-case")]
pub struct Assessment {
    /// Its health.
    pub health: Health,
    /// CamelCase.
    pub reason: String,
    /// For the user.
    pub message: String,
    /// Revision that runs: of a chart its version, of git an object name.
    pub revision: Option<String>,
    /// URLs for people, as far as the engine reports them.
    pub urls: Vec<String>,
    /// Images that run, as far as the engine reports them.
    pub images: Vec<String>,
}
