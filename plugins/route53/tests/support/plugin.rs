//! The plugin with the configurations of these tests.

use maquette_plugin_testing::ownership::mark;
use maquette_plugin_testing::plugin::DnsPlugin;
use maquette_plugin_testing::server::Server;
use route53::{Config, Route53};

use super::moto::{Key, Moto, ZONE};

pub(crate) type Plugin = DnsPlugin<Route53>;

/// For this server, straight to it.
pub(crate) fn of(moto: &Moto) -> Plugin {
    at(moto.url(), &moto.full)
}

pub(crate) fn at(url: impl Into<String>, key: &Key) -> Plugin {
    let config = Config {
        endpoint: url.into(),
        access_key_id: key.id.clone(),
        region: "us-east-1".to_owned(),
        private_zones: false,
        hosted_zone_ids: Vec::new(),
    };
    DnsPlugin::new(config, ZONE, "secret-access-key", key.secret.clone())
}

impl Server for Moto {
    type Plugin = Route53;

    const WRITE: &'static str = "POST";

    fn start() -> Self {
        Self::start()
    }

    fn port(&self) -> u16 {
        self.port
    }

    fn plugin_at(&self, port: u16) -> Plugin {
        at(format!("http://127.0.0.1:{port}"), &self.full)
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
