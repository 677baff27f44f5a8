//! What a plugin says about itself, as it is written into the artifact and read without running it.
//!
//! This is the JSON form of `description` in `wit/plugin/manifest.wit`. Fields that a newer plugin adds are ignored.

mod check;

use serde::{Deserialize, Serialize};

pub use check::ManifestError;

/// Name of the custom section of the component that holds the [`Manifest`] as JSON. Exactly one, at the top level.
pub const SECTION: &str = "maquette-manifest";

/// All that is known of a plugin without running it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// Name of the plugin: a DNS label.
    pub name: String,
    /// Version of the plugin (Semantic Versioning 2.0).
    pub version: String,
    /// One line that says what it is for.
    pub summary: String,
    /// Where its documentation is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub docs_url: Option<String>,
    /// JSON Schema (2020-12) of the Provider's configuration; an object.
    pub config_schema: serde_json::Value,
    /// Credentials it needs.
    #[serde(default)]
    pub credentials: Vec<Credential>,
    /// Hosts it calls.
    #[serde(default)]
    pub hosts: Vec<Host>,
}

/// One credential that the plugin needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Credential {
    /// Name by which the plugin and the Provider refer to it: a DNS label.
    pub name: String,
    /// What it is and where the user gets it.
    pub description: String,
    /// Where the host puts it.
    pub placement: Placement,
    /// Whether the plugin also works without it.
    #[serde(default)]
    pub optional: bool,
}

/// How the host puts a credential on outgoing requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Placement {
    /// `Authorization: Bearer <value>` (RFC 6750).
    Bearer,
    /// `Authorization: Basic <base64 of the value>`, the value being `user:password` (RFC 7617).
    Basic,
    /// The value alone in a header.
    Header {
        /// Name of the header, for example `X-API-Key`.
        name: String,
    },
    /// Never sent: a key for `credentials.hmac-sha256` and `credentials.matches`.
    HmacKey,
    /// Never sent: an RSA private key in PEM (PKCS #8) for `credentials.sign-rs256`.
    SigningKey,
    /// Never sent: `[ALGORITHM:]NAME:BASE64` for `dns-transport` (RFC 8945).
    TsigKey,
    /// Never sent by the plugin: given to what the plugin describes, for example a tunnel's connector.
    Connector,
}

/// One host that the plugin calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Host {
    /// Always the same origin, for example `https://api.example.com`.
    Fixed(String),
    /// The origin of the URL at this JSON pointer of the configuration, for example `/url` (RFC 6901).
    FromConfig(String),
}
