//! The plugin with the configuration of these tests.

use maquette_plugin_testing::plugin::DnsPlugin;
use maquette_plugin_testing::server::Server;
use powerdns::{Config, PowerDns};
use serde_json::{Value, json};

use super::pdns::{KEY, Pdns, ZONE};

pub(crate) type Plugin = DnsPlugin<PowerDns>;

pub(crate) fn at(url: impl Into<String>) -> Plugin {
    let config = Config {
        url: url.into(),
        server: "localhost".to_owned(),
    };
    DnsPlugin::new(config, ZONE, "api-key", KEY)
}

/// The comment that is an ownership record.
pub(crate) fn comment(owner: &str) -> Value {
    json!({ "account": "maquette", "content": format!("maquette/v1 owner={owner}") })
}

impl Server for Pdns {
    type Plugin = PowerDns;

    const WRITE: &'static str = "PATCH";

    fn start() -> Self {
        Self::start()
    }

    fn port(&self) -> u16 {
        self.port
    }

    fn plugin_at(&self, port: u16) -> Plugin {
        at(format!("http://127.0.0.1:{port}"))
    }

    fn put(&self, name: &str, values: &[&str], owners: &[&str]) {
        let records: Vec<Value> = values
            .iter()
            .map(|value| json!({ "content": value }))
            .collect();
        let comments: Vec<Value> = owners.iter().map(|owner| comment(owner)).collect();
        self.by_hand(&json!({
            "name": format!("{name}."), "type": "A", "ttl": 60, "changetype": "REPLACE",
            "records": records, "comments": comments,
        }));
    }

    fn is_without(&self, name: &str) -> bool {
        self.stored(name).is_empty()
    }
}
