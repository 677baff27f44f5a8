//! From the generated interface to the author's trait: decodes the configuration, then calls.

use super::{
    Change, Changes, CloneAccess, Comment, Deployment, Filter, Hint, Source, Status, Webhook,
};
use crate::context::Context;
use crate::error::Result;
use crate::inside::runtime;
use crate::raw::base::maquette::plugin::types::Context as RawContext;
use crate::raw::source::exports::maquette::source::source::Guest;

impl<P: Source> Guest for P {
    fn list_changes(
        ctx: RawContext,
        repository: String,
        filter: Filter,
        cursor: Option<String>,
    ) -> Result<Changes> {
        Source::list_changes(
            &P::default(),
            &Context::from_raw(ctx, runtime())?,
            &repository,
            &filter,
            cursor.as_deref(),
        )
    }

    fn get_change(ctx: RawContext, repository: String, id: String) -> Result<Change> {
        Source::get_change(
            &P::default(),
            &Context::from_raw(ctx, runtime())?,
            &repository,
            &id,
        )
    }

    fn resolve(ctx: RawContext, repository: String, reference: String) -> Result<String> {
        Source::resolve(
            &P::default(),
            &Context::from_raw(ctx, runtime())?,
            &repository,
            &reference,
        )
    }

    fn clone_credential(ctx: RawContext, repository: String) -> Result<CloneAccess> {
        Source::clone_credential(
            &P::default(),
            &Context::from_raw(ctx, runtime())?,
            &repository,
        )
    }

    fn set_status(ctx: RawContext, repository: String, status: Status) -> Result<()> {
        Source::set_status(
            &P::default(),
            &Context::from_raw(ctx, runtime())?,
            &repository,
            &status,
        )
    }

    fn set_deployment(ctx: RawContext, repository: String, deployment: Deployment) -> Result<()> {
        Source::set_deployment(
            &P::default(),
            &Context::from_raw(ctx, runtime())?,
            &repository,
            &deployment,
        )
    }

    fn upsert_comment(ctx: RawContext, repository: String, comment: Comment) -> Result<String> {
        Source::upsert_comment(
            &P::default(),
            &Context::from_raw(ctx, runtime())?,
            &repository,
            &comment,
        )
    }

    fn delete_comment(
        ctx: RawContext,
        repository: String,
        change: String,
        marker: String,
    ) -> Result<()> {
        Source::delete_comment(
            &P::default(),
            &Context::from_raw(ctx, runtime())?,
            &repository,
            &change,
            &marker,
        )
    }

    fn parse_webhook(ctx: RawContext, webhook: Webhook) -> Result<Option<Hint>> {
        Source::parse_webhook(&P::default(), &Context::from_raw(ctx, runtime())?, &webhook)
    }
}
