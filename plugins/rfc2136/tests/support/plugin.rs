//! The plugin with the configuration of these tests.

use maquette_plugin_testing::ownership::mark;
use maquette_plugin_testing::plugin::DnsPlugin;
use maquette_plugin_testing::proxy::{Action, Proxy};
use maquette_plugin_testing::server::Server;
use rfc2136::{Config, Rfc2136};

use super::bind::{Bind, KEY, ZONE};

pub(crate) type Plugin = DnsPlugin<Rfc2136>;

pub(crate) fn at(url: impl Into<String>) -> Plugin {
    let config = Config {
        server: url.into(),
        zones: vec![ZONE.to_owned()],
    };
    DnsPlugin::new(config, ZONE, "key", KEY)
}

impl Server for Bind {
    type Plugin = Rfc2136;

    const WRITE: &'static str = "UPDATE";

    fn start() -> Self {
        Self::start()
    }

    fn port(&self) -> u16 {
        self.port
    }

    fn plugin_at(&self, port: u16) -> Plugin {
        at(format!("tcp://127.0.0.1:{port}"))
    }

    fn put(&self, name: &str, values: &[&str], owners: &[&str]) {
        let absent = format!("update delete {name}. A\nupdate delete _mq-a.{name}. TXT");
        let values = values
            .iter()
            .map(|value| format!("update add {name}. 60 A {value}"));
        let marks = owners
            .iter()
            .map(|owner| format!("update add _mq-a.{name}. 300 TXT {}", mark(owner)));
        let lines: Vec<String> = std::iter::once(absent).chain(values).chain(marks).collect();
        self.by_hand(&lines.join("\n"));
    }

    fn is_without(&self, name: &str) -> bool {
        self.stored(name).is_empty()
    }

    fn proxy(to: u16, rule: impl Fn(&str) -> Action + Send + Sync + 'static) -> Proxy {
        Proxy::dns(to, rule)
    }

    /// A connection that is closed.
    fn failure() -> Action {
        Action::Close
    }
}
