//! What users write in the Provider.

use schemars::JsonSchema;
use serde::Deserialize;

/// The manifest's name of the API token.
pub(crate) const TOKEN: &str = "token";

/// How to reach what one API token may change.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Config {
    /// The API's URL: `https://api.cloudflare.com`.
    #[schemars(extend("format" = "uri", "pattern" = "^https?://[^/?#@]+/?$"))]
    pub endpoint: String,
    /// The account, by identifier: tunnels are made in it, and only its zones are changed. Needed for tunnels, and where two
    /// accounts have zones of one name.
    #[serde(default)]
    #[schemars(extend("pattern" = "^[0-9a-f]{32}$"))]
    pub account_id: Option<String>,
    /// Whether addresses and aliases are reached through Cloudflare instead of directly. Their time to live is
    /// Cloudflare's then. Aliases of tunnels always are.
    #[serde(default)]
    pub proxied: bool,
    /// Image of cloudflared, which connects tunnels. The Provider has to grant its repository under `connector.images`.
    #[serde(default = "default_image")]
    pub image: String,
}

fn default_image() -> String {
    "docker.io/cloudflare/cloudflared:2026.8.2".to_owned()
}
