//! What a plugin says about itself, as it is written into the artifact and read without running it.
//!
//! This is the JSON form of `description` in `wit/plugin/manifest.wit`. Fields that a newer plugin adds are ignored.

mod check;

use std::fmt;

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
    /// Its purpose in one line.
    pub summary: String,
    /// URL of its documentation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub docs_url: Option<String>,
    /// JSON Schema (2020-12) of the Provider's configuration; an object.
    pub config_schema: serde_json::Value,
    /// Options that objects have, for each interface that has any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Parameters>,
    /// Credentials that it uses.
    #[serde(default)]
    pub credentials: Vec<Credential>,
    /// Hosts that it calls.
    #[serde(default)]
    pub hosts: Vec<Host>,
    /// Where its requests carry secrets that the host keeps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secret_places: Vec<SecretPlace>,
    /// Kubernetes objects that it gives (`delivery`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objects: Vec<ObjectKind>,
    /// Functions that it always answers with `unsupported`, as `interface.function`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lacks: Vec<String>,
}

/// Options that objects have for an interface.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Parameters {
    /// Name of the interface, for example `builder`.
    pub of: String,
    /// JSON Schema (2020-12) of the object's options; an object.
    pub schema: serde_json::Value,
}

/// One credential that the plugin uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Credential {
    /// Name by which the plugin and the Provider refer to it: a DNS label.
    pub name: String,
    /// Its meaning, and where the user gets it.
    pub description: String,
    /// How the host uses it.
    pub placement: Placement,
    /// Where it comes from.
    #[serde(default)]
    pub provision: Provision,
    /// Of the credentials with the same group one is enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The hosts to which it may be sent. Empty: the first of the manifest's `hosts`, and no other.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<Host>,
}

/// Where a credential comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Provision {
    /// The Provider has to give it.
    #[default]
    Required,
    /// The plugin also works without it.
    Optional,
    /// The host generates it where the Provider gives none.
    Made,
}

/// How the host uses a credential.
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
    /// The secret access key of AWS: the host signs its requests to this service.
    AwsSigv4 {
        /// The service, for example `route53`.
        service: String,
    },
    /// An RSA private key in PEM (PKCS #8 or PKCS #1): the host sends a token that it signs.
    SignedToken {
        /// The claim `aud`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        audience: Option<Text>,
        /// The claim `scope`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scope: Option<String>,
    },
    /// A key that verifies signatures of webhooks, as it is.
    HmacKey,
    /// The same, written in base64, with or without `whsec_` before it.
    HmacKeyBase64,
    /// `[ALGORITHM:]NAME:BASE64` for `dns-transport` (RFC 8945).
    TsigKey,
    /// Not for requests of the plugin: given to what the plugin describes, for example a tunnel's connector.
    Connector,
    /// Anything else, which this host does not know.
    Other {
        /// As a later host calls it.
        name: String,
    },
}

impl fmt::Display for Placement {
    /// For the administrator who approves it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bearer | Self::Basic => f.write_str("sent in the header Authorization"),
            Self::Header { name } => write!(f, "sent in the header {name}"),
            Self::AwsSigv4 { service } => {
                write!(f, "signs requests to the AWS service {service}")
            }
            Self::SignedToken { audience, scope } => {
                f.write_str("signs tokens")?;
                if let Some(audience) = audience {
                    write!(f, " for the audience {audience}")?;
                }
                match scope {
                    Some(scope) => write!(f, " with the scope {scope}"),
                    None => Ok(()),
                }
            }
            Self::HmacKey | Self::HmacKeyBase64 => f.write_str("verifies webhooks, never sent"),
            Self::TsigKey => f.write_str("signs DNS messages, never sent"),
            Self::Connector => f.write_str("given to the connector that it describes"),
            Self::Other { name } => write!(f, "{name}, which this host does not know"),
        }
    }
}

/// A text that is known before a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Text {
    /// This text.
    Fixed(String),
    /// The text at this JSON pointer of the configuration (RFC 6901).
    FromConfig(String),
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(text) => f.write_str(text),
            Self::FromConfig(pointer) => write!(f, "config:{pointer}"),
        }
    }
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

/// A place in the JSON body of a request for a secret that the host keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SecretPlace {
    /// Path of the request. `*` stands for one segment.
    pub path: String,
    /// JSON pointer to a text of the body (RFC 6901).
    pub pointer: String,
}

impl SecretPlace {
    /// Whether a request to this path has the place.
    pub(crate) fn is_at(&self, path: &str) -> bool {
        let (mut wanted, mut found) = (self.path.split('/'), path.split('/'));
        loop {
            match (wanted.next(), found.next()) {
                (None, None) => return true,
                (Some("*"), Some(segment)) if !segment.is_empty() => {}
                (Some(wanted), Some(segment)) if wanted == segment => {}
                _ => return false,
            }
        }
    }
}

/// A kind of Kubernetes object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectKind {
    /// Group and version, for example `argoproj.io/v1alpha1`.
    pub api_version: String,
    /// For example `Application`.
    pub kind: String,
}

#[cfg(test)]
mod tests {
    use super::SecretPlace;

    #[test]
    fn a_star_in_a_path_is_one_segment() {
        let place = SecretPlace {
            path: "/accounts/*/tunnels".into(),
            pointer: "/secret".into(),
        };
        for (path, expected) in [
            ("/accounts/a1/tunnels", true),
            ("/accounts//tunnels", false),
            ("/accounts/a1/b/tunnels", false),
            ("/accounts/a1/tunnels/", false),
            ("/accounts/a1", false),
            ("/zones/a1/tunnels", false),
        ] {
            assert_eq!(place.is_at(path), expected, "{path}");
        }
    }
}
