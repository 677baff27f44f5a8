//! The kit's own servers, for a plugin of which the author has no server yet.

use anyhow::Context as _;
use maquette_conformance::Subject;
use maquette_conformance::memory::{DnsServer, ForgeServer};
use serde_json::json;

use crate::command::WrongUse;

const ZONE: &str = "preview.test";
const TOKEN: &str = "kept-in-memory";
const WEBHOOK_KEY: &str = "signs-in-memory";

/// A running server; ends with this value.
pub(super) enum Memory {
    Zones(DnsServer),
    Forge(Box<ForgeServer>),
}

impl Memory {
    /// The server for the interface that the plugin implements.
    pub(super) async fn start(applies: impl Fn(&str) -> bool) -> anyhow::Result<Self> {
        let no_port = "no port on 127.0.0.1 is free";
        if applies("dns") {
            let zones = DnsServer::start(ZONE, TOKEN).await.context(no_port)?;
            Ok(Self::Zones(zones))
        } else if applies("source") {
            let forge = ForgeServer::start(TOKEN, WEBHOOK_KEY);
            Ok(Self::Forge(Box::new(forge.await.context(no_port)?)))
        } else {
            let why = "--memory has zones and a forge, and this plugin does not implement `dns` or `source`; give a server of yours with --config";
            Err(WrongUse(anyhow::anyhow!(why)).into())
        }
    }

    /// The plugin at this server.
    pub(super) fn given_to(&self, subject: Subject) -> Subject {
        let at = |url: String| json!({ "url": url });
        match self {
            Self::Zones(zones) => subject
                .with_config(at(zones.url()))
                .with_credential("token", TOKEN)
                .with_zone(ZONE)
                .with_other_writer(zones.other_writer()),
            Self::Forge(forge) => subject
                .with_config(at(forge.url()))
                .with_credential("token", TOKEN)
                .with_credential("webhook", WEBHOOK_KEY)
                .with_source(forge.target()),
        }
    }
}
