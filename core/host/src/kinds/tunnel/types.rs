use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use wasmtime::component::{ComponentType, Lift, Lower};

use super::Content;

/// Where the requests for one hostname go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Route {
    /// Absolute, lower case, without the final dot; may start with `*.`.
    pub hostname: String,
    /// Prefix of the path, starting with `/`. Nothing: every path.
    pub path: Option<String>,
    /// URL of the service inside the cluster: `http://`, `https://` or `tcp://`, host and port.
    pub service: String,
}

/// A tunnel that shall exist. Its secret is handed over beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Spec {
    /// The same for the whole life of the object: a DNS label of at most 63 characters.
    pub name: String,
    /// Who will own it.
    pub owner: String,
    /// All routes, in order of precedence.
    pub routes: Vec<Route>,
}

/// Where a variable of the connector's environment comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(variant)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// This text.
    #[component(name = "value")]
    Value(String),
    /// The Provider's credential of this name, which the manifest declares with the placement `connector`.
    #[component(name = "credential")]
    Credential(String),
    /// The tunnel's secret, in base64.
    #[component(name = "secret")]
    Secret,
}

/// One variable of the connector's environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(record)]
#[serde(rename_all = "kebab-case")]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its value.
    pub source: Source,
}

/// One file of the connector. All of them are kept in one Secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct File {
    /// Absolute path.
    pub path: String,
    /// Its text, with the tunnel's secret in it.
    pub content: Content,
}

/// An HTTP endpoint of the connector that answers 200 while it is connected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(record)]
#[serde(rename_all = "kebab-case")]
pub struct Probe {
    /// Path, starting with `/`.
    pub path: String,
    /// Port.
    pub port: u16,
}

/// The program that dials out. It is rolled when this changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Connector {
    /// Image reference.
    pub image: String,
    /// Arguments of the image's entrypoint.
    pub args: Vec<String>,
    /// Environment.
    pub env: Vec<Variable>,
    /// Files.
    pub files: Vec<File>,
    /// How to see that it is connected.
    pub ready: Option<Probe>,
}

/// What the routes' hostnames have to point to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// A CNAME record.
    Hostname(String),
    /// A and AAAA records.
    Addresses(Vec<IpAddr>),
}

/// A tunnel with all that is needed to use it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Established {
    /// The provider's own identifier.
    pub id: String,
    /// What hostnames point to.
    pub target: Target,
    /// Changes whenever the routes change; empty where the provider keeps none.
    pub version: String,
    /// What to run.
    pub connector: Connector,
}

/// A tunnel as it is at the provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(record)]
#[serde(rename_all = "kebab-case")]
pub struct Observed {
    /// The provider's own identifier.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Who owns it, where it carries an owner mark.
    pub owner: Option<String>,
    /// Its routes, where the provider keeps them.
    pub routes: Vec<Route>,
    /// Changes whenever the routes change; empty where the provider keeps none.
    pub version: String,
    /// Connections of connectors at the moment, where the provider counts them.
    pub connections: Option<u32>,
}

/// A page of a listing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(record)]
#[serde(rename_all = "kebab-case")]
pub struct Page {
    /// The tunnels of this page.
    pub items: Vec<Observed>,
    /// Where the next page starts; nothing at the end.
    pub next: Option<String>,
}
