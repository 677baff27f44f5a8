//! The plugin with the configurations of these tests.

use google_cloud_dns::{Config, GoogleCloudDns};
use maquette_plugin_testing::ownership::mark;
use maquette_plugin_testing::plugin::DnsPlugin;
use maquette_plugin_testing::server::Server;

use super::stand_in::{Key, PROJECT, StandIn, ZONE, full};

pub(crate) type Plugin = DnsPlugin<GoogleCloudDns>;

/// For this server, straight to it.
pub(crate) fn of(stand_in: &StandIn) -> Plugin {
    at(stand_in.url(), &full())
}

pub(crate) fn at(url: impl Into<String>, key: &Key) -> Plugin {
    let audience = "https://dns.googleapis.com/";
    let config = Config {
        endpoint: url.into(),
        project: PROJECT.to_owned(),
        service_account: key.account.clone(),
        private_key_id: key.id.clone(),
        audience: audience.to_owned(),
        private_zones: false,
        managed_zones: Vec::new(),
    };
    DnsPlugin::new(config, ZONE, "private-key", key.pem.clone())
        .signing_with(serde_json::json!({ "audience": audience }))
}

impl Server for StandIn {
    type Plugin = GoogleCloudDns;

    const WRITE: &'static str = "POST";

    fn start() -> Self {
        Self::start()
    }

    fn port(&self) -> u16 {
        self.port
    }

    fn plugin_at(&self, port: u16) -> Plugin {
        at(format!("http://127.0.0.1:{port}"), &full())
    }

    fn put(&self, name: &str, values: &[&str], owners: &[&str]) {
        let marks: Vec<String> = owners.iter().map(|owner| mark(owner)).collect();
        let marks: Vec<&str> = marks.iter().map(String::as_str).collect();
        self.by_hand(name, "A", values);
        self.by_hand(&format!("_mq-a.{name}"), "TXT", &marks);
    }

    fn is_without(&self, name: &str) -> bool {
        self.is_without(name) && self.is_without(&format!("_mq-a.{name}"))
    }
}
