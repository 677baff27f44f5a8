//! A small plugin for the zones in memory (`maquette_conformance::memory::DnsServer`). As it is, it keeps every rule of
//! the interface; each `fault` of its configuration is the name of the one rule that it breaks.

mod api;
mod change;
mod faults;

use maquette_sdk::dns::{Change, Observed, Page, RecordSet, RecordType, Zone, canonical};
use maquette_sdk::{Context, Credential, Dns, Error, Host, Plugin, Result};
use schemars::JsonSchema;
use serde::Deserialize;

use api::Api;

/// Shortest time to live that the server keeps, in seconds.
const MIN_TTL: u32 = 60;

#[derive(Deserialize, JsonSchema)]
pub struct Config {
    /// Base URL of the server.
    url: String,
    /// Name of the rule to break.
    #[serde(default)]
    fault: String,
}

#[derive(Default)]
pub struct Guest;

impl Plugin for Guest {
    type Config = Config;
    const NAME: &'static str = "guest";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const SUMMARY: &'static str = "Zones in memory";

    fn credentials() -> Vec<Credential> {
        vec![Credential::bearer("token", "Token of the server")]
    }

    fn hosts() -> Vec<Host> {
        vec![Host::from_config("/url")]
    }
}

impl Dns for Guest {
    fn zones(&self, ctx: &Context<Config>) -> Result<Vec<Zone>> {
        let mut zones = Api::new(ctx)?.zones()?;
        if ctx.config.fault == "zones_have_canonical_names" {
            zones.iter_mut().for_each(|zone| zone.name.push('.'));
        }
        Ok(zones)
    }

    fn normalize(&self, ctx: &Context<Config>, records: Vec<RecordSet>) -> Result<Vec<RecordSet>> {
        let mut normal = records
            .iter()
            .enumerate()
            .map(|(n, set)| {
                Ok(faults::normal(
                    &ctx.config.fault,
                    set,
                    normal(set, &format!("records[{n}]"))?,
                ))
            })
            .collect::<Result<Vec<_>>>()?;
        if ctx.config.fault == "normalizing_keeps_the_order" {
            normal.reverse();
        }
        Ok(normal)
    }

    fn observe(
        &self,
        ctx: &Context<Config>,
        zone: &str,
        names: &[String],
    ) -> Result<Vec<Observed>> {
        let found = match Api::new(ctx)?.find(zone, names) {
            Err(Error::NotFound(_)) if ctx.config.fault == "an_unknown_zone_is_not_found" => {
                Vec::new()
            }
            found => found?,
        };
        let observed = found
            .iter()
            .map(|item| item.observed(&ctx.config.fault))
            .collect();
        Ok(faults::observed(&ctx.config.fault, names, observed))
    }

    fn apply(
        &self,
        ctx: &Context<Config>,
        zone: &str,
        changes: Vec<Change>,
    ) -> Result<Vec<Result<String>>> {
        change::apply(ctx, &Api::new(ctx)?, zone, &changes)
    }

    fn list_owned(
        &self,
        ctx: &Context<Config>,
        zone: &str,
        prefix: &str,
        cursor: Option<&str>,
    ) -> Result<Page> {
        let fault = ctx.config.fault.as_str();
        let asked = if fault == "listings_hold_only_what_the_prefix_owns" {
            ""
        } else {
            prefix
        };
        let page = Api::new(ctx)?.owned(zone, asked, cursor)?;
        let mut items: Vec<Observed> = page.items.iter().map(|item| item.observed(fault)).collect();
        if fault == "listed_names_are_canonical" {
            items
                .iter_mut()
                .for_each(|item| item.records.name.push('.'));
        }
        let next = page
            .next
            .filter(|_| fault != "listings_are_read_to_their_end");
        Ok(Page { items, next })
    }
}

/// The record set as the server keeps it.
fn normal(records: &RecordSet, path: &str) -> Result<RecordSet> {
    let mut normal = canonical(records, path)?;
    normal.ttl = normal.ttl.max(MIN_TTL);
    Ok(normal)
}

fn kind_name(kind: RecordType) -> &'static str {
    match kind {
        RecordType::A => "a",
        RecordType::Aaaa => "aaaa",
        RecordType::Cname => "cname",
        RecordType::Txt => "txt",
    }
}

maquette_sdk::plugin!(Guest: Dns);
