//! What users write in the Provider.

use maquette_sdk::dns::{Name, NameError};
use maquette_sdk::{Error, Result};
use schemars::JsonSchema;
use serde::Deserialize;

/// Name of the credential.
pub(crate) const KEY: &str = "key";

/// Which server, and which of its zones.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The primary server of the zones, as `tcp://HOST:PORT`: for example `tcp://ns1.example.com:53`.
    #[schemars(extend("pattern" = "^tcp://[^/?#@]+:[0-9]{1,5}$"))]
    pub server: String,
    /// The zones that the key may update and transfer: DNS has no way to ask for them.
    #[schemars(length(min = 1, max = 100))]
    pub zones: Vec<String>,
}

impl Config {
    /// The zones, parsed.
    ///
    /// # Errors
    /// [`Error::Invalid`] for the first one that is no name.
    pub fn zones(&self) -> Result<Vec<Name>> {
        self.zones
            .iter()
            .enumerate()
            .map(|(position, zone)| {
                zone.parse().map_err(|error: NameError| {
                    Error::invalid(format!("config.zones[{position}]"), error.to_string())
                })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Config;

    #[test]
    fn a_zone_that_is_no_name_is_refused_with_its_place() {
        let config = Config {
            server: "tcp://ns1.example.com:53".into(),
            zones: vec!["Example.com.".into(), "a b".into()],
        };
        let error = config.zones().unwrap_err();
        assert!(
            format!("{error:?}").contains("config.zones[1]"),
            "{error:?}"
        );
    }

    #[test]
    fn unknown_fields_are_refused() {
        let text = r#"{"server":"tcp://h:53","zones":["a.b"],"zone":"a"}"#;
        assert!(serde_json::from_str::<Config>(text).is_err());
    }
}
