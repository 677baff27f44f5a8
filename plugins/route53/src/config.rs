//! What users write in the Provider.

use schemars::JsonSchema;
use serde::Deserialize;

/// The manifest's name of the secret access key.
pub(crate) const SECRET: &str = "secret-access-key";

/// How to reach the hosted zones of one AWS account.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Config {
    /// The API's URL: `https://route53.amazonaws.com` for AWS's commercial regions.
    #[schemars(extend("format" = "uri", "pattern" = "^https?://[^/?#@]+/?$"))]
    pub endpoint: String,
    /// Identifier of the access key, for example `AKIAIOSFODNN7EXAMPLE`. Its secret is the credential `secret-access-key`.
    #[schemars(extend("pattern" = "^[A-Z0-9]{16,128}$"))]
    pub access_key_id: String,
    /// Region that requests are signed for: `us-east-1` for the endpoint above.
    #[serde(default = "default_region")]
    #[schemars(extend("pattern" = "^[a-z0-9-]+$"))]
    pub region: String,
    /// Whether private hosted zones are kept instead of public ones.
    #[serde(default)]
    pub private_zones: bool,
    /// Only these hosted zones, by identifier, for example `Z2FDTNDATAQYW2`. Empty: all. Needed where two have one name.
    #[serde(default)]
    pub hosted_zone_ids: Vec<String>,
}

fn default_region() -> String {
    "us-east-1".to_owned()
}
