//! Keeps record sets in any DNS server with dynamic updates (RFC 2136), authenticated by TSIG (RFC 8945): BIND 9, Knot DNS
//! and others.
//!
//! | file | does |
//! |---|---|
//! | `config` | what users write in the Provider |
//! | `state` | what a zone holds, from a transfer; pure |
//! | `update` | a batch as dynamic updates with prerequisites; pure |
//! | `failure` | what a server's codes mean; pure |
//! | `server` | the exchanges |
//! | `apply` | reads, decides, writes |
//!
//! # Ownership
//! The owner mark of the A records of `www.example.com` is the TXT record set `_mq-a.www.example.com`. It is written and
//! removed in the same update as what it marks, and a server does an update as a whole or not at all.
//!
//! # Compare-and-set
//! Every update says in its prerequisites how record set and mark have to be: absent, or exactly as they were read. The server
//! checks them and writes in one step, so that of two writers one always loses and is told. Times to live are no part of
//! prerequisites (RFC 2136, section 2.4.2).

mod apply;
mod config;
mod failure;
mod server;
mod state;
mod update;

pub use config::Config;

use maquette_sdk::dns::batch::{names_within, zone_name};
use maquette_sdk::dns::{Change, Observed, Page, RecordSet, Zone, canonical};
use maquette_sdk::{Context, Credential, Dns, Error, Host, Level, Plugin, Result};

use server::Server;

/// Most record sets of one page of a listing.
const PAGE: usize = 500;

/// The plugin.
#[derive(Debug, Default, Clone, Copy)]
pub struct Rfc2136;

impl Plugin for Rfc2136 {
    type Config = Config;
    const NAME: &'static str = "rfc2136";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const SUMMARY: &'static str =
        "Keeps record sets in any DNS server with dynamic updates (BIND, Knot DNS and others)";

    fn credentials() -> Vec<Credential> {
        vec![Credential::tsig_key(
            config::KEY,
            "The TSIG key that may update and transfer the zones, as `[ALGORITHM:]NAME:BASE64`",
        )]
    }

    fn hosts() -> Vec<Host> {
        vec![Host::from_config("/server")]
    }
}

impl Dns for Rfc2136 {
    fn zones(&self, ctx: &Context<Config>) -> Result<Vec<Zone>> {
        let server = Server::new(ctx);
        let (mut zones, mut missing) = (Vec::new(), None);
        // One zone that cannot be used is no reason to lose the others.
        let mut leave_out = |position: usize, text: String, error: fn(String) -> Error| {
            let line = format!("config.zones[{position}] is left out: {text}");
            ctx.log(Level::Warn, &line);
            missing.get_or_insert(error(text));
        };
        for (position, name) in ctx.config.zones()?.iter().enumerate() {
            match server.verify(name) {
                Ok(()) => zones.push(Zone {
                    name: name.as_str().to_owned(),
                    id: name.as_str().to_owned(),
                }),
                // One zone that cannot be used is no reason to lose the others.
                Err(Error::NotFound(text)) => leave_out(position, text, Error::NotFound),
                Err(Error::Forbidden(text)) => leave_out(position, text, Error::Forbidden),
                Err(error) => return Err(error),
            }
        }
        match missing {
            Some(error) if zones.is_empty() => Err(error),
            _ => Ok(zones),
        }
    }

    fn normalize(&self, _: &Context<Config>, records: Vec<RecordSet>) -> Result<Vec<RecordSet>> {
        records
            .iter()
            .enumerate()
            .map(|(position, set)| canonical(set, &format!("records[{position}]")))
            .collect()
    }

    fn observe(
        &self,
        ctx: &Context<Config>,
        zone: &str,
        names: &[String],
    ) -> Result<Vec<Observed>> {
        let zone = zone_name(zone)?;
        let names = names_within(names, &zone)?;
        if names.is_empty() {
            return Ok(Vec::new());
        }
        Ok(Server::new(ctx).read(&zone)?.observed(&names))
    }

    fn apply(
        &self,
        ctx: &Context<Config>,
        zone: &str,
        changes: Vec<Change>,
    ) -> Result<Vec<Result<String>>> {
        apply::apply(&Server::new(ctx), &zone_name(zone)?, &changes)
    }

    fn list_owned(
        &self,
        ctx: &Context<Config>,
        zone: &str,
        owner_prefix: &str,
        cursor: Option<&str>,
    ) -> Result<Page> {
        let owned = Server::new(ctx)
            .read(&zone_name(zone)?)?
            .owned(owner_prefix);
        Ok(page(owned, cursor))
    }
}

/// The record sets after the one that the cursor names. They are sorted, so a page is right whatever came or went meanwhile.
fn page(owned: Vec<Observed>, cursor: Option<&str>) -> Page {
    let place = |item: &Observed| format!("{} {}", item.records.name, item.records.kind as u8);
    let mut items: Vec<Observed> = owned
        .into_iter()
        .filter(|item| cursor.is_none_or(|cursor| place(item).as_str() > cursor))
        .collect();
    items.sort_by_key(place);
    let more = items.len() > PAGE;
    items.truncate(PAGE);
    let next = items.last().filter(|_| more).map(place);
    Page { items, next }
}

maquette_sdk::plugin!(Rfc2136: Dns);
