use serde::{Deserialize, Serialize};
use wasmtime::component::{ComponentType, Lift, Lower};

/// What a module is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(enum)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum ModuleType {
    /// An ECMAScript module.
    #[component(name = "es-module")]
    EsModule,
    /// A `CommonJS` module.
    #[component(name = "common-js")]
    CommonJs,
    /// Text.
    #[component(name = "text")]
    Text,
    /// JSON.
    #[component(name = "json")]
    Json,
    /// Bytes.
    #[component(name = "data")]
    Data,
    /// A core WebAssembly module.
    #[component(name = "wasm")]
    Wasm,
}

/// One module.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(record)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Module {
    /// Path by which others import it.
    pub name: String,
    /// What it is.
    pub kind: ModuleType,
    /// Its content; in JSON base64.
    #[serde(with = "crate::kinds::bytes")]
    pub content: Vec<u8>,
}

/// Where a binding leads.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(variant)]
#[serde(rename_all = "kebab-case")]
pub enum BindingTarget {
    /// This text.
    #[component(name = "text")]
    Text(String),
    /// This JSON.
    #[component(name = "json")]
    Json(String),
    /// A secret, by the name of the environment variable that holds it.
    #[component(name = "secret")]
    Secret(String),
    /// Another worker of the bundle, by name.
    #[component(name = "worker")]
    Worker(String),
    /// A key-value namespace, by the URL that serves it.
    #[component(name = "key-value")]
    KeyValue(String),
    /// A bucket, by the URL that serves it.
    #[component(name = "bucket")]
    Bucket(String),
}

/// A binding of a worker.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(record)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Binding {
    /// Name under which the worker finds it.
    pub name: String,
    /// Where it leads.
    pub target: BindingTarget,
}

/// A worker.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(record)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Worker {
    /// Its name: a DNS label.
    pub name: String,
    /// Its modules.
    pub modules: Vec<Module>,
    /// Name of the module that starts.
    #[component(name = "main-module")]
    pub main_module: String,
    /// Compatibility date, `YYYY-MM-DD`.
    #[component(name = "compatibility-date")]
    pub compatibility_date: String,
    /// Compatibility flags.
    #[component(name = "compatibility-flags")]
    #[serde(default)]
    pub compatibility_flags: Vec<String>,
    /// Bindings.
    #[serde(default)]
    pub bindings: Vec<Binding>,
    /// Hostnames that it answers; the first worker without any answers the rest.
    #[serde(default)]
    pub hostnames: Vec<String>,
}

/// A file of a layer. Owner, time and mode are the host's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(record)]
#[serde(rename_all = "kebab-case")]
pub struct File {
    /// Path without leading `/` and without `.` and `..`.
    pub path: String,
    /// Its content; in JSON base64.
    #[serde(with = "crate::kinds::bytes")]
    pub content: Vec<u8>,
    /// Whether it can be executed.
    pub executable: bool,
}

/// What the image is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(record)]
#[serde(rename_all = "kebab-case")]
pub struct Content {
    /// Image that the layers go on top of.
    pub base: String,
    /// Layers, the lowest first, each a list of files.
    pub layers: Vec<Vec<File>>,
    /// Arguments that the container starts with.
    pub entrypoint: Vec<String>,
    /// Ports that it listens on.
    pub ports: Vec<u16>,
    /// Environment variables that have to come from secrets.
    #[component(name = "env-from")]
    pub env_from: Vec<String>,
    /// What the author should know.
    pub warnings: Vec<String>,
}
