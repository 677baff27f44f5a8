//! From the generated interface to the author's trait: decodes the configuration, then calls.

use super::{Image, Referrers, Registry, Tags};
use crate::context::Context;
use crate::error::Result;
use crate::inside::runtime;
use crate::raw::base::maquette::plugin::types::Context as RawContext;
use crate::raw::registry::exports::maquette::registry::registry::Guest;

impl<P: Registry> Guest for P {
    fn list_tags(ctx: RawContext, repository: String, cursor: Option<String>) -> Result<Tags> {
        Registry::list_tags(
            &P::default(),
            &Context::from_raw(ctx, runtime())?,
            &repository,
            cursor.as_deref(),
        )
    }

    fn resolve(ctx: RawContext, repository: String, reference: String) -> Result<Image> {
        Registry::resolve(
            &P::default(),
            &Context::from_raw(ctx, runtime())?,
            &repository,
            &reference,
        )
    }

    fn list_referrers(
        ctx: RawContext,
        repository: String,
        digest: String,
        artifact_type: Option<String>,
        cursor: Option<String>,
    ) -> Result<Referrers> {
        Registry::list_referrers(
            &P::default(),
            &Context::from_raw(ctx, runtime())?,
            &repository,
            &digest,
            artifact_type.as_deref(),
            cursor.as_deref(),
        )
    }
}
