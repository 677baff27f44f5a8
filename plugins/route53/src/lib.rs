//! Keeps record sets in Amazon Route 53 (<https://docs.aws.amazon.com/Route53/latest/APIReference/>).
//!
//! | file | does |
//! |---|---|
//! | `config` | what users write in the Provider |
//! | `wire` | the API's XML |
//! | `codec` | names and values to and from that XML; pure |
//! | `state` | what a hosted zone holds; pure |
//! | `plan` | changes for Route 53, in batches within its limits; pure |
//! | `failure` | what its errors mean; pure |
//! | `api` | the requests |
//! | `apply` | reads, decides, writes, confirms |
//!
//! # Ownership
//! The owner mark is a TXT record set at a side name (`_mq-a.www.example.com` for the A records of `www.example.com`), written
//! in the same `ChangeResourceRecordSets` as what it marks. Route 53 makes such a batch as a whole or not at all.
//!
//! # Compare-and-set
//! A record set is never upserted: it is made with `CREATE`, which fails where one exists, and taken away with `DELETE`, which
//! fails unless time to live and values are exactly those that were read. A replacement is both in one batch. So a
//! writer that comes between reading and writing is never overwritten: the change is a conflict.

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
use maquette_sdk::{Context, Credential, Dns, Host, Plugin, Result};

use api::Api;

/// The plugin.
#[derive(Debug, Default, Clone, Copy)]
pub struct Route53;

impl Plugin for Route53 {
    type Config = Config;
    const NAME: &'static str = "route53";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const SUMMARY: &'static str = "Keeps record sets in Amazon Route 53";

    fn credentials() -> Vec<Credential> {
        vec![Credential::aws_sigv4(
            config::SECRET,
            "route53",
            "The secret access key that belongs to `accessKeyId`",
        )]
    }

    fn hosts() -> Vec<Host> {
        vec![Host::from_config("/endpoint")]
    }
}

impl Dns for Route53 {
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
        apply::apply(&Api::new(ctx)?, &zone_name(zone)?, &changes)
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

maquette_sdk::plugin!(Route53: Dns);
