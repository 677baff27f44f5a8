//! The API's JSON, as far as it is used.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A tunnel.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct TunnelItem {
    pub(super) id: String,
    pub(super) name: String,
    /// `cloudflare` or `local`: where it is configured.
    #[serde(default)]
    pub(super) config_src: Option<String>,
    /// Present in what is left of a tunnel that was removed.
    #[serde(default)]
    pub(super) deleted_at: Option<String>,
}

/// Body that creates a tunnel.
#[derive(Debug, Serialize)]
pub(super) struct Creation<'a> {
    pub(super) name: &'a str,
    pub(super) config_src: &'static str,
    pub(super) tunnel_secret: &'a str,
}

/// Body that changes a tunnel.
#[derive(Debug, Serialize)]
pub(super) struct Edit<'a> {
    pub(super) tunnel_secret: &'a str,
}

/// A configuration with its version. A tunnel that has none yet has the version 0.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Configured {
    #[serde(default)]
    pub(super) version: u64,
    #[serde(default)]
    pub(super) config: Option<Configuration>,
}

/// Body that replaces a configuration.
#[derive(Debug, Serialize)]
pub(super) struct Replacement {
    pub(super) config: Configuration,
}

/// What a tunnel does with requests.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Configuration {
    #[serde(default)]
    pub(super) ingress: Vec<Rule>,
    #[serde(flatten)]
    pub(super) rest: Map<String, Value>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Rule {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) hostname: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) path: Option<String>,
    pub(super) service: String,
    #[serde(flatten)]
    pub(super) rest: Map<String, Value>,
}

/// A cloudflared that is connected, with its connections to several places.
#[derive(Debug, Deserialize)]
pub(super) struct Client {
    #[serde(default)]
    pub(super) conns: Vec<Connection>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Connection {
    /// Whether it is about to end.
    #[serde(default)]
    pub(super) is_pending_reconnect: bool,
}
