use serde::{Deserialize, Serialize};
use wasmtime::component::{ComponentType, Lift, Lower};

use crate::kinds::shared::Pair;

/// The login of the clone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(enum)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum Login {
    /// None.
    #[component(name = "anonymous")]
    Anonymous,
    /// User and password.
    #[component(name = "password")]
    Password,
    /// A key.
    #[component(name = "key")]
    Key,
}

/// The source code.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(record)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Source {
    /// Clone URL.
    pub repository: String,
    /// Full object name of the commit.
    pub revision: String,
    /// A ref that has it, for servers that give no commit by its name: `refs/pull/7/head`.
    #[component(name = "ref")]
    #[serde(rename = "ref")]
    pub reference: Option<String>,
    /// Depth of the clone; nothing: complete.
    pub depth: Option<u32>,
    /// Whether submodules belong to it.
    #[serde(default)]
    pub submodules: bool,
    /// Whether large files (Git LFS) belong to it.
    #[component(name = "large-files")]
    #[serde(default)]
    pub large_files: bool,
    /// The login that `maquette-git` holds.
    pub login: Login,
}

/// A repository that the image is pushed to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(record)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Destination {
    /// `HOST[:PORT]/PATH` without tag.
    pub repository: String,
    /// Tags; without any it is pushed by its digest alone.
    #[serde(default)]
    pub tags: Vec<String>,
}

/// A registry that is not reached in the usual way.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(record)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Registry {
    /// `HOST[:PORT]`.
    pub host: String,
    /// Hosts that are asked first, for example a cache in the cluster.
    #[serde(default)]
    pub mirrors: Vec<String>,
    /// Without TLS.
    #[component(name = "plain-http")]
    #[serde(default)]
    pub plain_http: bool,
}

/// The kind of a build secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(enum)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum SecretKind {
    /// A file (`RUN --mount=type=secret`).
    #[component(name = "file")]
    File,
    /// A key for ssh (`RUN --mount=type=ssh`).
    #[component(name = "ssh")]
    Ssh,
}

/// A build secret.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(record)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Secret {
    /// Its name, and that of its file in `maquette-secrets`.
    pub name: String,
    /// Its kind.
    pub kind: SecretKind,
    /// Differs when its value differs, and says nothing about the value.
    pub version: String,
}

/// A build. The options of the builder (a start command, buildpacks, the folder of a site) are in `context.options`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(record)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Build {
    /// The source code.
    pub source: Source,
    /// Folder that is built, relative to the repository.
    #[component(name = "context-dir")]
    pub context_dir: Option<String>,
    /// The Dockerfile, relative to the repository, where the builder reads one.
    pub dockerfile: Option<String>,
    /// Stage of the Dockerfile.
    pub target: Option<String>,
    /// Build arguments.
    #[serde(default)]
    pub args: Vec<Pair>,
    /// Labels of the image.
    #[serde(default)]
    pub labels: Vec<Pair>,
    /// Platforms as `os/architecture[/variant]`. Empty: the node's.
    #[serde(default)]
    pub platforms: Vec<String>,
    /// Where the image is pushed.
    #[serde(default)]
    pub destinations: Vec<Destination>,
    /// References that the cache is read from, the best first.
    #[component(name = "cache-from")]
    #[serde(default)]
    pub cache_from: Vec<String>,
    /// Reference that the cache is written to. Nothing if the build may not write one (its commit is not trusted).
    #[component(name = "cache-to")]
    pub cache_to: Option<String>,
    /// Build secrets.
    #[serde(default)]
    pub secrets: Vec<Secret>,
    /// Registries that are not reached in the usual way.
    #[serde(default)]
    pub registries: Vec<Registry>,
    /// Seconds since 1970 that every time in the image should be. Nothing: as they are.
    #[component(name = "source-date-epoch")]
    pub source_date_epoch: Option<u64>,
    /// Seconds after which the host stops it.
    #[component(name = "timeout-seconds")]
    pub timeout_seconds: u32,
}

/// A file for the build, in a ConfigMap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(record)]
#[serde(rename_all = "kebab-case")]
pub struct File {
    /// Its name in `maquette-files`.
    pub name: String,
    /// Its text.
    pub content: String,
}

/// A pod that builds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(record)]
#[serde(rename_all = "kebab-case")]
pub struct Job {
    /// A `PodTemplateSpec` as JSON (core/v1). Its main container is called `build`; it may have init containers.
    #[component(name = "pod-template")]
    pub pod_template: String,
    /// Files in `maquette-files`.
    pub files: Vec<File>,
    /// The platform that it builds, if it is one of several jobs: the host runs them side by side on nodes of that platform and
    /// assembles the index. Nothing: all of them.
    pub platform: Option<String>,
}

/// How one container ended.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(record)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Ended {
    /// Its name.
    pub name: String,
    /// Its exit code; nothing if it never ran.
    #[component(name = "exit-code")]
    pub exit_code: Option<i32>,
    /// Reason that Kubernetes gives, for example `OOMKilled`, `ImagePullBackOff`.
    pub reason: Option<String>,
    /// Its termination message: at most 4,096 bytes.
    #[component(name = "termination-message")]
    pub termination_message: String,
    /// Its last lines, at most 32 KiB.
    #[component(name = "log-tail")]
    pub log_tail: String,
}

/// How a job ended.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(record)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Ending {
    /// Its containers in the order in which they run, init containers first.
    #[serde(default)]
    pub containers: Vec<Ended>,
    /// Reason that Kubernetes gives for the pod, for example `Evicted`, `DeadlineExceeded`.
    pub reason: Option<String>,
    /// The message that Kubernetes gives with it.
    #[serde(default)]
    pub message: String,
}

/// An image that was built.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(record)]
#[serde(rename_all = "kebab-case")]
pub struct Image {
    /// Repository, one of the build's destinations.
    pub repository: String,
    /// Digest of its manifest or index.
    pub digest: String,
}

/// Whose fault a failure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(enum)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum Fault {
    /// The author of the change can fix it.
    #[component(name = "user")]
    User,
    /// The administrator of the cluster can fix it.
    #[component(name = "platform")]
    Platform,
    /// It passes by itself: the host tries again.
    #[component(name = "passing")]
    Passing,
}

/// Why there is no image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(record)]
#[serde(rename_all = "kebab-case")]
pub struct Failure {
    /// CamelCase, in Shipwright's vocabulary where it has a word: `GitRevisionNotFound`, `GitAuthInvalidUserOrPass`,
    /// `DockerfileNotFound`, `StepOutOfMemory`, `BuildRunTimeout`, `PodEvicted`.
    pub reason: String,
    /// Whose fault it is.
    pub fault: Fault,
    /// A description, and the fix.
    pub message: String,
    /// The container whose log says more.
    pub container: Option<String>,
}

/// The result of a job.
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

/// `plan` of the contract, before it is checked.
#[derive(ComponentType, Lift)]
#[component(record)]
pub(super) struct Plan {
    pub(super) jobs: Vec<Job>,
    pub(super) identity: Vec<String>,
}
