//! Keeps record sets in Google Cloud DNS (<https://cloud.google.com/dns/docs/reference/rest/v1>).
//!
//! | file | does |
//! |---|---|
//! | `config` | what users write in the Provider |
//! | `wire` | the API's JSON |
//! | `codec` | record sets to and from that JSON; pure |
//! | `state` | what a managed zone holds; pure |
//! | `plan` | changes for Cloud DNS, in batches within its limits; pure |
//! | `failure` | what its errors mean; pure |
//! | `api` | the requests |
//! | `apply` | reads, decides, writes, confirms |
//!
//! # Ownership
//! The owner mark is a TXT record set at a side name (`_mq-a.www.example.com` for the A records of `www.example.com`), written
//! in the same `changes.create` as what it marks. Cloud DNS makes such a change as a whole or not at all.
//!
//! # Compare-and-set
//! An addition fails where a record set of that name and type exists, and a deletion fails unless time to live and
//! values are exactly those that were read. A replacement is both in one change. So a writer that comes between reading
//! and writing is never overwritten: the change is a conflict.

mod api;
mod apply;
mod codec;
mod config;
mod failure;
mod plan;
mod state;
mod wire;

pub use config::Config;

use maquette_sdk::dns::batch::{names_within, zone_name};
use maquette_sdk::dns::{Change, Observed, Page, RecordSet, Zone, canonical};
use maquette_sdk::{Context, Credential, Dns, Host, Plugin, Result, Text};

use api::Api;

/// The plugin.
#[derive(Debug, Default, Clone, Copy)]
pub struct GoogleCloudDns;

impl Plugin for GoogleCloudDns {
    type Config = Config;
    const NAME: &'static str = "google-cloud-dns";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const SUMMARY: &'static str = "Keeps record sets in Google Cloud DNS";

    fn credentials() -> Vec<Credential> {
        vec![Credential::signed_token(
            config::KEY,
            Some(Text::from_config("/audience")),
            "The field `private_key` of the service account's key file",
        )]
    }

    fn hosts() -> Vec<Host> {
        vec![Host::from_config("/endpoint")]
    }
}

impl Dns for GoogleCloudDns {
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
        let zone = zone_name(zone)?;
        let names = names_within(names, &zone)?;
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let api = Api::new(ctx)?;
        let id = api.zone_id(&zone)?;
        Ok(api.read(&id)?.observed(&names))
    }

    fn apply(
        &self,
        ctx: &Context<Config>,
        zone: &str,
        changes: Vec<Change>,
    ) -> Result<Vec<Result<String>>> {
        apply::apply(ctx, &zone_name(zone)?, &changes)
    }

    fn list_owned(
        &self,
        ctx: &Context<Config>,
        zone: &str,
        owner_prefix: &str,
        _: Option<&str>,
    ) -> Result<Page> {
        // Marks stand apart from what they mark, so a zone is read to its end and given as one page.
        let api = Api::new(ctx)?;
        let id = api.zone_id(&zone_name(zone)?)?;
        Ok(Page {
            items: api.read(&id)?.owned(owner_prefix),
            next: None,
        })
    }
}

maquette_sdk::plugin!(GoogleCloudDns: Dns);
