//! Provider: which instance of a plugin, with what, for whom.

use crate::scope::Scope;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::{CustomResource, KubeSchema};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::{borrow::Cow, collections::BTreeMap};

/// A configured instance of a plugin: its configuration, its credentials, what it may reach and who may use it.
#[derive(CustomResource, Clone, Debug, PartialEq, Serialize, Deserialize, KubeSchema)]
#[kube(
    group = "maquette.dev",
    version = "v1alpha1",
    kind = "Provider",
    plural = "providers",
    shortname = "mqprov",
    category = "maquette",
    status = "ProviderStatus",
    derive = "PartialEq",
    doc = "A configured instance of a plugin: its configuration, its credentials, what it may reach and who may use it.",
    printcolumn(name = "Plugin", type_ = "string", json_path = ".spec.plugin"),
    printcolumn(
        name = "Ready",
        type_ = "string",
        json_path = ".status.conditions[?(@.type=='Ready')].status"
    ),
    printcolumn(name = "Zones", type_ = "string", json_path = ".spec.scope.zones"),
    printcolumn(
        name = "Reason",
        type_ = "string",
        json_path = ".status.conditions[?(@.type=='Ready')].reason"
    ),
    printcolumn(
        name = "Age",
        type_ = "date",
        json_path = ".metadata.creationTimestamp"
    )
)]
#[serde(rename_all = "camelCase")]
pub struct ProviderSpec {
    /// Name of the Plugin.
    #[schemars(length(min = 1, max = 63))]
    pub plugin: String,
    /// Configuration, checked against the JSON Schema inside the plugin.
    #[serde(default)]
    pub config: Config,
    /// Credentials by the names that the plugin declares. The plugin never sees their bytes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[x_kube(validation = Rule::new("size(self) <= 16").message("at most 16 credentials"))]
    pub credentials: BTreeMap<String, Credential>,
    /// Origins that the plugin may reach, for example `https://pdns.example.com:8081`, or for DNS messages
    /// `tcp://ns1.example.com:53`. Nothing else is reachable.
    /// An address in private, loopback or link-local ranges is reached only where it stands here itself
    /// or its range stands in `egressCIDRs`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32), inner(length(max = 300)))]
    #[x_kube(validation = Rule::new("self.all(o, o.matches('^(https?://[^/@?#]+|tcp://[^/@?#]+:[0-9]+)$'))")
        .message("each entry must be an origin: http:// or https://, host, optional port, and nothing after it; or for DNS tcp://, host and port"))]
    pub egress: Vec<String>,
    /// Private ranges in which the hosts of `egress` may lie, for example `10.0.0.0/8`.
    #[serde(default, rename = "egressCIDRs", skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32), inner(length(max = 43)))]
    #[x_kube(validation = Rule::new("self.all(c, isCIDR(c))").message("each entry must be an address range such as 10.0.0.0/8 or fd00::/8"))]
    pub egress_cidrs: Vec<String>,
    /// Who may use it, and for what. Omitted: every namespace, every zone that the credential reaches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<Scope>,
    /// What a tunnel's connector may run. Without it, no connector runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connector: Option<ConnectorGrant>,
    /// How the hosts that its tunnels serve are reached from outside. Omitted: over https on port 443.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entrance: Option<Entrance>,
    /// How often what it keeps is compared with what it should be, in seconds. Default 60.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 5, max = 86400))]
    pub interval_seconds: Option<u32>,
}

/// What a tunnel's connector may run, in the operator's namespace and with the credentials that are meant for it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, KubeSchema)]
pub struct ConnectorGrant {
    /// Repositories of images, without tag or digest; with a final `/`, everything below, for example `docker.io/fatedier/`.
    #[schemars(length(min = 1, max = 16), inner(length(min = 1, max = 255)))]
    pub images: Vec<String>,
}

/// How the hosts that a provider's tunnels serve are reached from outside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, KubeSchema)]
pub struct Entrance {
    /// With or without TLS.
    #[serde(default)]
    pub scheme: EntranceScheme,
    /// Port. Omitted: 443 for https, 80 for http.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 65535))]
    pub port: Option<u16>,
}

/// With or without TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum EntranceScheme {
    /// HTTP over TLS.
    #[default]
    Https,
    /// HTTP without TLS.
    Http,
}

impl Entrance {
    /// The address of a host and a path that starts with `/`.
    pub fn url(self, host: &str, path: &str) -> String {
        let (scheme, default) = match self.scheme {
            EntranceScheme::Https => ("https", 443),
            EntranceScheme::Http => ("http", 80),
        };
        let path = if path == "/" { "" } else { path };
        match self.port.filter(|port| *port != default) {
            Some(port) => format!("{scheme}://{host}:{port}{path}"),
            None => format!("{scheme}://{host}{path}"),
        }
    }
}

/// Configuration of a plugin, as JSON.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Config(pub Map<String, Value>);

impl JsonSchema for Config {
    fn schema_name() -> Cow<'static, str> {
        "Config".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object", "x-kubernetes-preserve-unknown-fields": true })
    }
}

/// Where a credential is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct Credential {
    /// A key of a Secret in the operator's namespace.
    pub secret_ref: SecretKey,
}

/// One key of a Secret in the operator's namespace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KubeSchema)]
pub struct SecretKey {
    /// Name of the Secret.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
    /// Key within its `data`.
    #[schemars(length(min = 1, max = 253))]
    pub key: String,
}

/// Whether it can be used.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProviderStatus {
    /// Generation of the spec that this status describes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// Digest of the plugin that serves it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plugin_digest: Option<String>,
    /// Ready, Reconciling, Stalled.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["type".into()]))]
    pub conditions: Vec<Condition>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_reached_over_tls_unless_the_provider_says_otherwise() {
        let entrance = |text: &str| serde_json::from_str::<Entrance>(text).unwrap();
        for (said, path, expected) in [
            ("{}", "/", "https://a.test"),
            (r#"{"port": 443}"#, "/x", "https://a.test/x"),
            (r#"{"port": 8443}"#, "/", "https://a.test:8443"),
            (r#"{"scheme": "http"}"#, "/", "http://a.test"),
            (
                r#"{"scheme": "http", "port": 8080}"#,
                "/x",
                "http://a.test:8080/x",
            ),
        ] {
            assert_eq!(entrance(said).url("a.test", path), expected);
        }
    }
}
