//! Keeps record sets in `PowerDNS` Authoritative Server 4.7 and later through its HTTP API
//! (<https://doc.powerdns.com/authoritative/http-api/>).
//!
//! | file | does |
//! |---|---|
//! | `config` | what users write in the Provider |
//! | `wire` | the API's JSON |
//! | `codec` | record sets and owner marks to and from that JSON; pure |
//! | `state` | what a zone holds; pure |
//! | `decide` | which changes are settled, refused or written; pure |
//! | `confirm` | what became of the written ones; pure |
//! | `api` | the requests |
//! | `apply` | reads, decides, writes, confirms |
//!
//! # Ownership
//! The owner mark is a comment of the record set, with the account `maquette`. `PowerDNS` changes a record set and its
//! comments in one transaction, so neither is ever there without the other unless somebody removes one by hand.
//!
//! # Compare-and-set, and the window that remains
//! `PowerDNS` has no preconditions. Every `apply` reads the state right before its one PATCH and once more after it, three
//! requests for any number of changes. A writer that comes between the first two is overwritten, and one that
//! comes between the last two is reported as a conflict. Two installations that make the same name for the first time
//! within the milliseconds between reading and writing can therefore both have seen it free; the last one to write
//! owns it, the mark says so, and the other one is told: by its own confirmation, or at its next look.

mod api;
mod apply;
mod codec;
mod config;
mod confirm;
mod decide;
mod state;
mod wire;

pub use config::Config;

use maquette_sdk::dns::{Change, Name, Observed, Page, RecordSet, Zone, canonical};
use maquette_sdk::{Context, Credential, Dns, Error, Host, Plugin, Result};

use api::Api;

/// The plugin.
#[derive(Debug, Default, Clone, Copy)]
pub struct PowerDns;

impl Plugin for PowerDns {
    type Config = Config;
    const NAME: &'static str = "powerdns";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const SUMMARY: &'static str = "Keeps record sets in PowerDNS Authoritative Server";

    fn credentials() -> Vec<Credential> {
        vec![Credential::header(
            "api-key",
            "X-API-Key",
            "The `api-key` of the server's configuration (pdns.conf)",
        )]
    }

    fn hosts() -> Vec<Host> {
        vec![Host::from_config("/url")]
    }
}

impl Dns for PowerDns {
    fn zones(&self, ctx: &Context<Config>) -> Result<Vec<Zone>> {
        Api::new(ctx)?.zones()
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
        let zone = parse_zone(zone)?;
        let names = names
            .iter()
            .enumerate()
            .map(|(position, name)| parse_within(name, &zone, &format!("names[{position}]")))
            .collect::<Result<Vec<Name>>>()?;
        if names.is_empty() {
            return Ok(Vec::new());
        }
        Ok(Api::new(ctx)?.read(&zone, &names)?.observed(&names))
    }

    fn apply(
        &self,
        ctx: &Context<Config>,
        zone: &str,
        changes: Vec<Change>,
    ) -> Result<Vec<Result<String>>> {
        let zone = parse_zone(zone)?;
        apply::apply(&Api::new(ctx)?, &zone, &changes)
    }

    fn list_owned(
        &self,
        ctx: &Context<Config>,
        zone: &str,
        owner_prefix: &str,
        _: Option<&str>,
    ) -> Result<Page> {
        // The API gives a zone as a whole, so there is one page.
        let items = Api::new(ctx)?
            .read_all(&parse_zone(zone)?)?
            .owned(owner_prefix);
        Ok(Page { items, next: None })
    }
}

fn parse_zone(zone: &str) -> Result<Name> {
    zone.parse()
        .map_err(|error: maquette_sdk::dns::NameError| Error::invalid("zone", error.to_string()))
}

/// A name of this zone.
fn parse_within(name: &str, zone: &Name, path: &str) -> Result<Name> {
    let name: Name = name
        .parse()
        .map_err(|error: maquette_sdk::dns::NameError| Error::invalid(path, error.to_string()))?;
    if name.is_within(zone) {
        Ok(name)
    } else {
        Err(Error::invalid(
            path,
            format!(
                "`{name}` is not within the zone `{zone}`; use a name that ends with `.{zone}`"
            ),
        ))
    }
}

maquette_sdk::plugin!(PowerDns: Dns);
