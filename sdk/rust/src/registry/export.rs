//! From the generated interface to the author's trait: decodes the configuration, then calls.

use super::{Action, Image, Login, Referrers, Registry, Tags};
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

    fn digest(ctx: RawContext, repository: String, tag: String) -> Result<String> {
        let ctx = Context::from_raw(ctx, runtime())?;
        Registry::digest(&P::default(), &ctx, &repository, &tag)
    }

    fn login_for(ctx: RawContext, repository: String, action: Action) -> Result<Option<Login>> {
        let ctx = Context::from_raw(ctx, runtime())?;
        Registry::login_for(&P::default(), &ctx, &repository, action)
    }

    fn ensure_repository(ctx: RawContext, repository: String) -> Result<()> {
        let ctx = Context::from_raw(ctx, runtime())?;
        Registry::ensure_repository(&P::default(), &ctx, &repository)
    }

    fn delete_tag(ctx: RawContext, repository: String, tag: String, expect: String) -> Result<()> {
        let ctx = Context::from_raw(ctx, runtime())?;
        Registry::delete_tag(&P::default(), &ctx, &repository, &tag, &expect)
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
