//! A DNS server that a test changes past the plugin.

use maquette_sdk::{Dns, Plugin};

use crate::plugin::DnsPlugin;
use crate::proxy::{Action, Proxy, reply};

/// The plugin of a server.
pub type PluginOf<S> = DnsPlugin<<S as Server>::Plugin>;

/// A server with the zone `preview.test`, for one test.
pub trait Server: Sized {
    /// The plugin that works on it.
    type Plugin: Dns + Plugin<Config: Clone>;

    /// The word with which a request that writes begins, as [`Proxy::requests`] has it.
    const WRITE: &'static str;

    /// Starts a server.
    fn start() -> Self;

    /// Its port on the loopback address.
    fn port(&self) -> u16;

    /// The plugin, configured for this port, with a credential that may do everything.
    fn plugin_at(&self, port: u16) -> PluginOf<Self>;

    /// Puts an A record set there, past the plugin, with these values and the ownership records of these owners, in the
    /// place of both that are there.
    fn put(&self, name: &str, values: &[&str], owners: &[&str]);

    /// Whether the server has neither a record set of this name nor an ownership record of an A record set of it.
    fn is_without(&self, name: &str) -> bool;

    /// A proxy in front of this port.
    fn proxy(to: u16, rule: impl Fn(&str) -> Action + Send + Sync + 'static) -> Proxy {
        Proxy::start(to, rule)
    }

    /// The fate of a request that the server does not get.
    fn failure() -> Action {
        reply(500, "", "oops")
    }

    /// The plugin, straight to the server.
    fn plugin(&self) -> PluginOf<Self> {
        self.plugin_at(self.port())
    }

    /// The plugin behind a proxy that forwards everything and counts.
    fn counted(&self) -> (Proxy, PluginOf<Self>) {
        let proxy = Self::proxy(self.port(), |_| Action::Forward);
        let plugin = self.plugin_at(proxy.port);
        (proxy, plugin)
    }
}
