//! The plugin with the configurations of these tests.

use cloudflare::{Cloudflare, Config};
use maquette_plugin_testing::ownership::mark;
use maquette_plugin_testing::plugin::DnsPlugin;
use maquette_plugin_testing::server::Server;

use super::stand_in::{FULL, StandIn, ZONE};

pub(crate) type Plugin = DnsPlugin<Cloudflare>;

/// For tunnels of this server's account.
pub(crate) fn of_account(stand_in: &StandIn) -> Plugin {
    let mut plugin = of(stand_in);
    plugin.config.account_id = Some(stand_in.account.clone());
    plugin
}

/// For this server, straight to it.
pub(crate) fn of(stand_in: &StandIn) -> Plugin {
    at(stand_in.url(), FULL)
}

pub(crate) fn at(url: impl Into<String>, token: &str) -> Plugin {
    let config = Config {
        endpoint: url.into(),
        account_id: None,
        proxied: false,
        image: "registry.test/cloudflared:1".to_owned(),
    };
    DnsPlugin::new(config, ZONE, "token", format!("Bearer {token}"))
}

impl Server for StandIn {
    type Plugin = Cloudflare;

    const WRITE: &'static str = "POST";

    fn start() -> Self {
        Self::start()
    }

    fn port(&self) -> u16 {
        self.port
    }

    fn plugin_at(&self, port: u16) -> Plugin {
        at(format!("http://127.0.0.1:{port}"), FULL)
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
