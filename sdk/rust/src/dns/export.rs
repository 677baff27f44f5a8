//! From the generated interface to the author's trait: decodes the configuration, then calls.

use super::{Change, Dns, Observed, Page, RecordSet, Zone};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::inside::runtime;
use crate::raw::base::maquette::plugin::types::Context as RawContext;
use crate::raw::dns::exports::maquette::dns::dns::Guest;

impl<P: Dns> Guest for P {
    fn zones(ctx: RawContext) -> Result<Vec<Zone>> {
        P::default().zones(&Context::from_raw(ctx, runtime())?)
    }

    fn normalize(ctx: RawContext, records: Vec<RecordSet>) -> Result<Vec<RecordSet>> {
        P::default().normalize(&Context::from_raw(ctx, runtime())?, records)
    }

    fn observe(ctx: RawContext, zone: String, names: Vec<String>) -> Result<Vec<Observed>> {
        P::default().observe(&Context::from_raw(ctx, runtime())?, &zone, &names)
    }

    fn apply(
        ctx: RawContext,
        zone: String,
        changes: Vec<Change>,
    ) -> Result<Vec<Result<String, Error>>> {
        P::default().apply(&Context::from_raw(ctx, runtime())?, &zone, changes)
    }

    fn list_owned(
        ctx: RawContext,
        zone: String,
        owner_prefix: String,
        cursor: Option<String>,
    ) -> Result<Page> {
        P::default().list_owned(
            &Context::from_raw(ctx, runtime())?,
            &zone,
            &owner_prefix,
            cursor.as_deref(),
        )
    }
}
