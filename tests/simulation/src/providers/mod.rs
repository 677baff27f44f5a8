//! Providers and the plugin host, simulated at the host's typed interface: what exists at a provider (`dns`, `tunnels`),
//! how calls reach it (`call`), and the host that binds plugins to it (`host`, `port`).

mod call;
mod dns;
mod host;
mod port;
mod tunnels;

use crate::random::Random;
use std::{collections::BTreeMap, time::Duration};
use tokio::time::Instant;

pub(crate) use call::Op;
pub(crate) use dns::{DnsServer, Held as Record, REFUSED};
pub(crate) use host::SimulatedHost;
pub(crate) use tunnels::TunnelServer;

/// Every provider outside of the cluster.
#[derive(Default)]
pub(crate) struct Servers {
    pub(crate) dns: BTreeMap<String, DnsServer>,
    pub(crate) tunnels: BTreeMap<String, TunnelServer>,
    /// What is wrong with a provider, and until when.
    pub(crate) troubles: BTreeMap<String, (Instant, u64, Trouble)>,
    /// A provider asked to be left alone until then.
    pub(crate) left_alone: Option<Instant>,
    /// The registry of plugins is away until then.
    pub(crate) registry_down: Option<Instant>,
    /// Digests that the cache on disk holds.
    pub(crate) pulled: std::collections::BTreeSet<String>,
}

/// What is wrong with a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// It answers every call with an error.
    Down,
    /// It asks to be left alone.
    RateLimited(Duration),
    /// It lets itself be read and refuses changes.
    ReadOnly,
    /// It makes the first half of a batch and does not answer.
    HalfDone,
    /// It makes the changes and does not answer.
    LostAnswer,
    /// It does not answer, and makes the changes later.
    Late,
    /// It takes its time.
    Slow,
    /// The plugin crashes.
    Trap,
    /// It does not accept the credential.
    Unauthorized,
}

impl Servers {
    pub(crate) fn recover(&mut self) {
        self.troubles.clear();
        self.registry_down = None;
    }

    fn trouble(&self, server: &str, random: &mut Random) -> Option<Trouble> {
        let (until, percent, trouble) = self.troubles.get(server)?;
        (Instant::now() < *until && random.percent(*percent)).then_some(*trouble)
    }
}
