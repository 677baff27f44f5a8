use serde::Deserialize;
use wasmtime::component::{ComponentType, Lower};

/// Content that the host holds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(record)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Blob {
    /// `sha256:` and 64 hexadecimal digits; `blobs.read` gives it.
    pub digest: String,
    /// Octets.
    pub size: u64,
}

/// What a module is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(variant)]
#[serde(rename_all = "kebab-case")]
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
    /// A Python module.
    #[component(name = "python")]
    Python,
    /// A script without imports that registers its handlers (`addEventListener`).
    #[component(name = "service-worker")]
    ServiceWorker,
    /// Anything else, by its media type.
    #[component(name = "other")]
    Other(String),
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
    /// Its content.
    pub content: Blob,
}

/// Another worker of the bundle.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(record)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct WorkerRef {
    /// Its name.
    pub name: String,
    /// Which of its entry points; nothing: the default.
    pub entrypoint: Option<String>,
    /// `ctx.props` as JSON.
    pub props: Option<String>,
}

/// Something that is reached over HTTP.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(record)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Endpoint {
    /// URL that serves it; or the environment variable that holds the URL, where the image is for several workspaces.
    pub url: Value,
    /// Identifier of the namespace, bucket or queue there.
    pub id: Option<String>,
}

/// A text.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(variant)]
#[serde(rename_all = "kebab-case")]
pub enum Value {
    /// This one.
    #[component(name = "text")]
    Text(String),
    /// That of the environment variable.
    #[component(name = "environment")]
    Environment(String),
}

/// A class whose objects keep state.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(record)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ObjectClass {
    /// Name of the class.
    pub class: String,
    /// Worker that has it; nothing: this one.
    pub worker: Option<String>,
}

/// A binding of a kind that has no case here.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(record)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct OtherBinding {
    /// Its kind as wrangler writes it, for example `hyperdrive`, `ratelimit`, `version_metadata`.
    pub kind: String,
    /// The binding as JSON.
    pub json: String,
}

/// Where a binding leads.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(variant)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// This text, or that of an environment variable (a secret).
    #[component(name = "text")]
    Text(Value),
    /// This JSON.
    #[component(name = "json")]
    Json(String),
    /// These bytes.
    #[component(name = "data")]
    Data(Blob),
    /// A core WebAssembly module (only of a `service-worker`).
    #[component(name = "wasm")]
    Wasm(Blob),
    /// Another worker of the bundle.
    #[component(name = "worker")]
    Worker(WorkerRef),
    /// A service outside of the bundle, for example another component of the workspace.
    #[component(name = "service")]
    Service(Endpoint),
    /// A key-value namespace.
    #[component(name = "key-value")]
    KeyValue(Endpoint),
    /// A bucket.
    #[component(name = "bucket")]
    Bucket(Endpoint),
    /// A queue that is written to.
    #[component(name = "queue")]
    Queue(Endpoint),
    /// Objects that keep state.
    #[component(name = "durable-object")]
    DurableObject(ObjectClass),
    /// The worker's assets.
    #[component(name = "assets")]
    Assets,
    /// Anything else.
    #[component(name = "other")]
    Other(OtherBinding),
}

/// A binding of a worker.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(record)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Binding {
    /// Name under which the worker finds it.
    pub name: String,
    /// Where it leads.
    pub target: Target,
}

/// A file that is served as it is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(record)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Asset {
    /// Path, starting with `/`.
    pub path: String,
    /// Its content.
    pub content: Blob,
    /// Media type, where the upload says one.
    #[component(name = "media-type")]
    pub media_type: Option<String>,
}

/// A class of this worker whose objects keep state.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(record)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct State {
    /// Name of the class.
    pub class: String,
    /// The same for the whole life of its data.
    pub key: String,
    /// Whether it has SQL.
    pub sql: bool,
}

/// Requests that a worker answers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(record)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Route {
    /// Host; may start with `*.`. Nothing: every one.
    pub hostname: Option<String>,
    /// Prefix of the path, starting with `/`. Nothing: every path.
    pub path: Option<String>,
}

/// A worker.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(record)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Worker {
    /// Its name: a DNS label.
    pub name: String,
    /// Its modules.
    #[serde(default)]
    pub modules: Vec<Module>,
    /// Name of the module that starts. Nothing: it has only assets.
    #[component(name = "main-module")]
    pub main_module: Option<String>,
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
    /// Classes whose objects keep state.
    #[serde(default)]
    pub states: Vec<State>,
    /// Assets.
    #[serde(default)]
    pub assets: Vec<Asset>,
    /// Requests that it answers; the most exact route wins. Without any it answers none but on a port of its own.
    #[serde(default)]
    pub routes: Vec<Route>,
    /// Cron expressions.
    #[serde(default)]
    pub schedules: Vec<String>,
    /// Workers of the bundle that receive its traces.
    #[serde(default)]
    pub tails: Vec<String>,
    /// What else the upload said (`assets.config`, `migrations`, `limits`, `placement`, `observability`) as JSON.
    #[serde(default = "nothing")]
    pub metadata: String,
}

fn nothing() -> String {
    "{}".to_owned()
}
