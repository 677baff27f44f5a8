//! What users write in the Provider.

use schemars::JsonSchema;
use serde::Deserialize;

/// The manifest's name of the private key.
pub(crate) const KEY: &str = "private-key";

/// How to reach the managed zones of one project.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Config {
    /// The API's URL: `https://dns.googleapis.com`.
    #[schemars(extend("format" = "uri", "pattern" = "^https?://[^/?#@]+/?$"))]
    pub endpoint: String,
    /// Identifier of the project that the managed zones are in, for example `shop-previews`.
    #[schemars(extend("pattern" = "^[a-z0-9.:-]{1,100}$"))]
    pub project: String,
    /// The service account: the field `client_email` of its key file.
    #[schemars(extend("pattern" = "^[^@\\s]+@[^@\\s]+$"))]
    pub service_account: String,
    /// Which of its keys: the field `private_key_id` of the key file. The key itself is the credential `private-key`.
    #[schemars(extend("pattern" = "^[0-9A-Za-z_-]+$"))]
    pub private_key_id: String,
    /// Whom tokens are made for.
    #[serde(default = "default_audience")]
    pub audience: String,
    /// Whether private zones are kept instead of public ones.
    #[serde(default)]
    pub private_zones: bool,
    /// Only these managed zones, by name, for example `preview-example-com`. Empty: all. Needed where two have one DNS
    /// name.
    #[serde(default)]
    pub managed_zones: Vec<String>,
}

fn default_audience() -> String {
    "https://dns.googleapis.com/".to_owned()
}
