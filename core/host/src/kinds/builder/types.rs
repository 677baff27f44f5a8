use serde::{Deserialize, Serialize};
use wasmtime::component::{ComponentType, Lift, Lower};

/// A name with its value.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(record)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// Where the image goes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(record)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Destination {
    /// `HOST[:PORT]/PATH` without tag.
    pub repository: String,
    /// Tags.
    #[serde(default)]
    pub tags: Vec<String>,
}

/// A build.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(record)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Build {
    /// Clone URL.
    pub repository: String,
    /// Full object name of the commit.
    pub revision: String,
    /// Depth of the clone; nothing: complete.
    pub depth: Option<u32>,
    /// Folder that is built, relative to the repository.
    #[component(name = "context-dir")]
    pub context_dir: Option<String>,
    /// The Dockerfile, relative to `context-dir`, where the builder reads one.
    pub dockerfile: Option<String>,
    /// Stage of the Dockerfile.
    pub target: Option<String>,
    /// Build arguments.
    #[serde(default)]
    pub args: Vec<Parameter>,
    /// Platforms as `os/architecture`. Empty: the node's.
    #[serde(default)]
    pub platforms: Vec<String>,
    /// Where the image goes.
    #[serde(default)]
    pub destinations: Vec<Destination>,
    /// Repository for the build cache.
    pub cache: Option<String>,
    /// Names of build secrets; the operator mounts each as a file of that name in `secrets-dir`.
    #[serde(default)]
    pub secrets: Vec<String>,
    /// Where build secrets are mounted: an absolute path.
    #[component(name = "secrets-dir")]
    pub secrets_dir: String,
    /// Where a `config.json` for the registries is mounted: an absolute path.
    #[component(name = "docker-config-dir")]
    pub docker_config_dir: String,
    /// Where the clone's `username` and `password` files are mounted: an absolute path. Nothing: none needed.
    #[component(name = "git-credential-dir")]
    pub git_credential_dir: Option<String>,
    /// Seconds after which it is stopped.
    #[component(name = "timeout-seconds")]
    pub timeout_seconds: u32,
}

/// A file for the build, in a ConfigMap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(record)]
#[serde(rename_all = "kebab-case")]
pub struct File {
    /// Absolute path.
    pub path: String,
    /// Its text.
    pub content: String,
}

/// What runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(record)]
#[serde(rename_all = "kebab-case")]
pub struct Job {
    /// A `PodTemplateSpec` as JSON (core/v1). Its main container is called `build`.
    #[component(name = "pod-template")]
    pub pod_template: String,
    /// Files that the container finds.
    pub files: Vec<File>,
    /// Builds with the same key make the same image. At most 128 characters.
    #[component(name = "cache-key")]
    pub cache_key: String,
}

/// What is known when it has ended.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(record)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Ending {
    /// Exit code of the container `build`; nothing when it never ran.
    #[component(name = "exit-code")]
    pub exit_code: Option<i32>,
    /// Its termination message.
    #[component(name = "termination-message")]
    pub termination_message: String,
    /// Reason that Kubernetes gives, for example `OOMKilled`, `Evicted`, `DeadlineExceeded`.
    pub reason: Option<String>,
    /// Its last lines.
    #[component(name = "log-tail")]
    pub log_tail: String,
}

/// An image that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(record)]
#[serde(rename_all = "kebab-case")]
pub struct Image {
    /// Repository, one of the build's destinations.
    pub repository: String,
    /// Digest of its manifest or index.
    pub digest: String,
}

/// Whose fault it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(enum)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum Fault {
    /// The author of the change can mend it.
    #[component(name = "user")]
    User,
    /// Somebody who runs the cluster can mend it.
    #[component(name = "platform")]
    Platform,
}

/// Why there is no image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(record)]
#[serde(rename_all = "kebab-case")]
pub struct Failure {
    /// CamelCase, in Shipwright's vocabulary where it has a word: `GitRevisionNotFound`, `DockerfileNotFound`,
    /// `StepOutOfMemory`, `BuildRunTimeout`, `PodEvicted`.
    pub reason: String,
    /// Whose fault it is.
    pub fault: Fault,
    /// What happened and what to do.
    pub message: String,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(variant)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The images.
    #[component(name = "images")]
    Images(Vec<Image>),
    /// Why there are none.
    #[component(name = "failed")]
    Failed(Failure),
}
