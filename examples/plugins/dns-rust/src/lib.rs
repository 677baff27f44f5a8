//! Keeps record sets in a server of zones in memory (`../README.md`).
//!
//! | file | does |
//! |---|---|
//! | `lib` | the plugin |
//! | `decide` | what becomes of a change |
//! | `api` | the server's requests |

mod api;
mod decide;

use maquette_sdk::dns::{Change, Name, Observed, Page, RecordSet, Zone};
use maquette_sdk::{Context, Credential, Dns, Error, Host, Plugin, Result};
use schemars::JsonSchema;
use serde::Deserialize;

use api::Api;

/// What users write in the Provider.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Base URL of the server, for example `https://zones.example.com`.
    #[schemars(extend("format" = "uri", "pattern" = "^https?://[^/?#@]+(/[^?#]*)?$"))]
    pub url: String,
}

/// The plugin.
#[derive(Debug, Default, Clone, Copy)]
pub struct MemoryZone;

impl Plugin for MemoryZone {
    type Config = Config;
    const NAME: &'static str = "memory-zone-rust";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const SUMMARY: &'static str = env!("CARGO_PKG_DESCRIPTION");

    fn credentials() -> Vec<Credential> {
        vec![Credential::bearer(
            "token",
            "The token that the server was started with",
        )]
    }

    fn hosts() -> Vec<Host> {
        vec![Host::from_config("/url")]
    }
}

impl Dns for MemoryZone {
    fn zones(&self, ctx: &Context<Config>) -> Result<Vec<Zone>> {
        Api::new(ctx)?.zones()
    }

    fn normalize(&self, _: &Context<Config>, records: Vec<RecordSet>) -> Result<Vec<RecordSet>> {
        let each = |(position, set)| decide::canonical(set, &format!("records[{position}]"));
        records.iter().enumerate().map(each).collect()
    }

    fn observe(
        &self,
        ctx: &Context<Config>,
        zone: &str,
        names: &[String],
    ) -> Result<Vec<Observed>> {
        let zone = parse(zone, "zone")?;
        let each =
            |(position, name): (usize, &String)| within(name, &zone, &format!("names[{position}]"));
        let names = names
            .iter()
            .enumerate()
            .map(each)
            .collect::<Result<Vec<Name>>>()?;
        let items = Api::new(ctx)?.sets(&zone, &names)?;
        Ok(items.into_iter().map(Observed::from).collect())
    }

    fn apply(
        &self,
        ctx: &Context<Config>,
        zone: &str,
        changes: Vec<Change>,
    ) -> Result<Vec<Result<String>>> {
        let (zone, api) = (parse(zone, "zone")?, Api::new(ctx)?);
        let each = |(position, change)| {
            decide::apply(&api, &zone, change, &format!("changes[{position}]"))
        };
        Ok(changes.into_iter().enumerate().map(each).collect())
    }

    fn list_owned(
        &self,
        ctx: &Context<Config>,
        zone: &str,
        owner_prefix: &str,
        cursor: Option<&str>,
    ) -> Result<Page> {
        let page = Api::new(ctx)?.owned(&parse(zone, "zone")?, owner_prefix, cursor)?;
        Ok(Page {
            items: page.items.into_iter().map(Observed::from).collect(),
            next: page.next,
        })
    }
}

fn parse(name: &str, path: &str) -> Result<Name> {
    name.parse()
        .map_err(|error: maquette_sdk::dns::NameError| Error::invalid(path, error.to_string()))
}

/// A name of this zone.
fn within(name: &str, zone: &Name, path: &str) -> Result<Name> {
    let name = parse(name, path)?;
    if name.is_within(zone) {
        return Ok(name);
    }
    let message =
        format!("`{name}` is not within the zone `{zone}`; use a name that ends with `.{zone}`");
    Err(Error::invalid(path, message))
}

maquette_sdk::plugin!(MemoryZone: Dns);
