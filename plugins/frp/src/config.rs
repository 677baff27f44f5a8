//! What users write in the Provider.

use maquette_sdk::tunnel::Target;
use maquette_sdk::{Error, Result};
use schemars::JsonSchema;
use serde::Deserialize;
use std::net::IpAddr;

/// How to reach one frp server, and how the world reaches it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Config {
    /// Where connectors find the server: `bindAddr` and `bindPort` of frps.toml, for example `frps.example.com:7000`.
    #[schemars(extend("pattern" = "^[^/?#@:\\s]+:[0-9]+$|^\\[[0-9a-fA-F:]+\\]:[0-9]+$"))]
    pub server: String,
    /// Host name at which the world reaches the server: hosts get CNAME records to it. Either this or `addresses`.
    #[serde(default)]
    pub public_host: Option<String>,
    /// Addresses at which the world reaches the server: hosts get A or AAAA records.
    #[serde(default)]
    pub addresses: Vec<IpAddress>,
    /// Image of frpc. The Provider has to grant its repository under `connector.images`.
    #[serde(default = "default_image")]
    pub image: String,
    /// Certificate authorities of the server, in PEM. Without them the connection is encrypted and the server is not
    /// identified.
    #[serde(default)]
    pub certificate_authorities: Option<String>,
    /// Base URL of the server's dashboard, by which connections are counted. The Provider has to grant it under `egress`.
    #[serde(default)]
    #[schemars(extend("pattern" = "^https?://[^/?#@]+(/[^?#]*)?$"))]
    pub dashboard: Option<String>,
}

/// An IP address in its usual form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct IpAddress(pub IpAddr);

impl JsonSchema for IpAddress {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "IpAddress".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^[0-9a-fA-F:.]+$" })
    }
}

fn default_image() -> String {
    "docker.io/fatedier/frpc:v0.65.0".to_owned()
}

impl Config {
    /// Host and port of the server.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a text that is not both.
    pub fn server(&self) -> Result<(String, u16)> {
        let invalid = || {
            let message = format!(
                "`{}` is no host and port; write for example `frps.example.com:7000`",
                self.server
            );
            Error::invalid("config.server", message)
        };
        let (host, port) = self.server.rsplit_once(':').ok_or_else(invalid)?;
        let port = port.parse().ok().filter(|port| *port != 0);
        let safe = |c: char| c.is_ascii_alphanumeric() || ".-_[]:".contains(c);
        if host.is_empty() || !host.chars().all(safe) {
            return Err(invalid());
        }
        Ok((host.to_owned(), port.ok_or_else(invalid)?))
    }

    /// What hosts point to.
    ///
    /// # Errors
    /// [`Error::Invalid`] unless exactly one of `publicHost` and `addresses` is given.
    pub fn target(&self) -> Result<Target> {
        match (&self.public_host, self.addresses.as_slice()) {
            (Some(host), []) if !host.is_empty() => Ok(Target::Hostname(host.clone())),
            (None, [_, ..]) => Ok(Target::Addresses(
                self.addresses.iter().map(|a| a.0.to_string()).collect(),
            )),
            _ => Err(Error::invalid(
                "config.publicHost",
                "set either `publicHost` or `addresses`: at one of them the world reaches the server",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(json: serde_json::Value) -> Config {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn the_server_is_a_host_and_a_port() {
        for (text, expected) in [
            ("frps.test:7000", Some(("frps.test", 7000))),
            ("[fd00::1]:7000", Some(("[fd00::1]", 7000))),
            ("frps.test", None),
            ("frps.test:0", None),
            ("a\"b:1", None),
            (":7000", None),
        ] {
            let found = config(serde_json::json!({ "server": text })).server().ok();
            let expected = expected.map(|(host, port): (&str, u16)| (host.to_owned(), port));
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn hosts_point_to_a_name_or_to_addresses_and_not_to_both() {
        let target = |more: serde_json::Value| {
            let mut json = serde_json::json!({ "server": "s:1" });
            json.as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            config(json).target().ok()
        };
        assert!(matches!(
            target(serde_json::json!({ "publicHost": "in.test" })),
            Some(Target::Hostname(host)) if host == "in.test"
        ));
        assert!(matches!(
            target(serde_json::json!({ "addresses": ["192.0.2.1", "fd00::1"] })),
            Some(Target::Addresses(all)) if all == ["192.0.2.1", "fd00::1"]
        ));
        assert!(target(serde_json::json!({})).is_none());
        assert!(
            target(serde_json::json!({ "publicHost": "a", "addresses": ["192.0.2.1"] })).is_none()
        );
    }
}
