//! Zones and record sets.
//!
//! | file | does |
//! |---|---|
//! | `wire` | the API's JSON |
//! | `codec` | values and times to live to and from that JSON; pure |
//! | `state` | what a zone holds; pure |
//! | `plan` | operations for Cloudflare, in batches within its limits; pure |
//! | `zones` | the requests |
//! | `apply` | reads, decides, writes, confirms |
//!
//! # Ownership
//! The owner mark is a TXT record at a side name (`_mq-a.www.example.com` for the A records of `www.example.com`), written
//! in the same batch as what it marks. Cloudflare makes a batch in one transaction. Comments and tags of records are
//! not used: a comment has 100 characters on the free plan, which an owner exceeds, and tags are not to be had there.
//!
//! # Compare-and-set
//! Cloudflare has no preconditions, but two rules that serve as such, because everything is written by deleting records
//! and posting new ones, and the mark is always posted anew:
//! * every record has an identifier, and deleting one that is gone refuses the whole batch. So a batch that replaces or
//!   deletes goes through only while the mark is the one that was read;
//! * a record that equals another is refused. So beside the mark stands a claim, a TXT record that is the same for every
//!   owner, and of two that create at one time the second is refused. A name has only one CNAME anyway, so aliases go
//!   without.
//!
//! A person or program that edits a record in place keeps its identifier. Who does that between the plugin's reading and
//! writing is overwritten.

mod apply;
mod codec;
mod plan;
mod state;
mod wire;
mod zones;

use maquette_sdk::dns::batch::{names_within, zone_name};
use maquette_sdk::dns::{Change, Observed, Page, RecordSet, Zone};
use maquette_sdk::{Context, Dns, Result};

use crate::api::Api;
use crate::{Cloudflare, Config};

impl Dns for Cloudflare {
    fn zones(&self, ctx: &Context<Config>) -> Result<Vec<Zone>> {
        zones::zones(&Api::new(ctx)?)
    }

    fn normalize(&self, ctx: &Context<Config>, records: Vec<RecordSet>) -> Result<Vec<RecordSet>> {
        records
            .iter()
            .enumerate()
            .map(|(position, set)| {
                codec::normal(set, ctx.config.proxied, &format!("records[{position}]"))
            })
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
        let id = zones::zone_id(&api, &zone)?;
        Ok(zones::read(&api, &id, &zone, &names)?.observed(&names))
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
        let zone = zone_name(zone)?;
        let id = zones::zone_id(&api, &zone)?;
        Ok(Page {
            items: zones::read(&api, &id, &zone, &[])?.owned(owner_prefix),
            next: None,
        })
    }
}
