use serde::Serialize;
use wasmtime::component::{ComponentType, Lift};

/// What a file is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(variant)]
#[serde(rename_all = "kebab-case")]
pub enum Content {
    /// These octets: what the bundler wrote itself; in JSON base64.
    #[component(name = "octets")]
    Octets(#[serde(with = "crate::kinds::bytes")] Vec<u8>),
    /// A blob of the arguments, by its digest.
    #[component(name = "blob")]
    Blob(String),
}

/// A file of a layer. Owner, time and mode are the host's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(record)]
#[serde(rename_all = "kebab-case")]
pub struct File {
    /// Path without leading `/` and without `.` and `..`.
    pub path: String,
    /// Its content.
    pub content: Content,
    /// Whether it can be executed.
    pub executable: bool,
}

/// A port that the image listens on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(record)]
#[serde(rename_all = "kebab-case")]
pub struct Port {
    /// Its number, 1024 or more.
    pub number: u16,
    /// The worker that answers there; nothing: whichever the routes say.
    pub worker: Option<String>,
}

/// A folder that has to outlive the container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(record)]
#[serde(rename_all = "kebab-case")]
pub struct Volume {
    /// Absolute path.
    pub path: String,
    /// What it is for.
    pub purpose: String,
}

/// What the image is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(record)]
#[serde(rename_all = "kebab-case")]
pub struct Image {
    /// Image that the layers go on top of; the host resolves it to a digest, for every platform that it has.
    pub base: String,
    /// Layers, the lowest first, each a list of files.
    pub layers: Vec<Vec<File>>,
    /// Arguments that the container starts with; `$(NAME)` is that of an environment variable.
    pub entrypoint: Vec<String>,
    /// Ports that it listens on.
    pub ports: Vec<Port>,
    /// Environment variables that have to be set.
    pub environment: Vec<String>,
    /// Folders that have to outlive the container.
    pub volumes: Vec<Volume>,
    /// Path on the first port that answers 200 once it is ready.
    pub ready: Option<String>,
    /// What the author should know.
    pub warnings: Vec<String>,
}
