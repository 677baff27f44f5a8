//! From the generated interface to the author's trait: decodes the configuration, then calls.

use super::{
    Access, Change, Changes, CloneAccess, Comment, Deployment, Filter, Hint, Hook, Paths, Place,
    RefKind, Refs, Repository, Source, Status, Webhook,
};
use crate::context::Context;
use crate::error::Result;
use crate::inside::runtime;
use crate::raw::base::maquette::plugin::types::Context as RawContext;
use crate::raw::source::exports::maquette::source::source::Guest;

impl<P: Source> Guest for P {
    fn describe_repository(ctx: RawContext, repository: String) -> Result<Repository> {
        let ctx = Context::from_raw(ctx, runtime())?;
        Source::describe_repository(&P::default(), &ctx, &repository)
    }

    fn list_changes(
        ctx: RawContext,
        repository: String,
        filter: Filter,
        cursor: Option<String>,
    ) -> Result<Changes> {
        let ctx = Context::from_raw(ctx, runtime())?;
        Source::list_changes(&P::default(), &ctx, &repository, &filter, cursor.as_deref())
    }

    fn list_refs(
        ctx: RawContext,
        repository: String,
        kind: RefKind,
        cursor: Option<String>,
    ) -> Result<Refs> {
        let ctx = Context::from_raw(ctx, runtime())?;
        Source::list_refs(&P::default(), &ctx, &repository, kind, cursor.as_deref())
    }

    fn get_change(ctx: RawContext, repository: String, id: String) -> Result<Change> {
        let ctx = Context::from_raw(ctx, runtime())?;
        Source::get_change(&P::default(), &ctx, &repository, &id)
    }

    fn changed_paths(
        ctx: RawContext,
        repository: String,
        id: String,
        cursor: Option<String>,
    ) -> Result<Paths> {
        let ctx = Context::from_raw(ctx, runtime())?;
        Source::changed_paths(&P::default(), &ctx, &repository, &id, cursor.as_deref())
    }

    fn permission(ctx: RawContext, repository: String, login: String) -> Result<Access> {
        let ctx = Context::from_raw(ctx, runtime())?;
        Source::permission(&P::default(), &ctx, &repository, &login)
    }

    fn resolve(ctx: RawContext, repository: String, reference: String) -> Result<String> {
        let ctx = Context::from_raw(ctx, runtime())?;
        Source::resolve(&P::default(), &ctx, &repository, &reference)
    }

    fn read_file(
        ctx: RawContext,
        repository: String,
        revision: String,
        path: String,
        at_most: u32,
    ) -> Result<Vec<u8>> {
        let ctx = Context::from_raw(ctx, runtime())?;
        Source::read_file(&P::default(), &ctx, &repository, &revision, &path, at_most)
    }

    fn list_files(
        ctx: RawContext,
        repository: String,
        revision: String,
        folder: String,
        cursor: Option<String>,
    ) -> Result<Paths> {
        let ctx = Context::from_raw(ctx, runtime())?;
        Source::list_files(
            &P::default(),
            &ctx,
            &repository,
            &revision,
            &folder,
            cursor.as_deref(),
        )
    }

    fn clone_credential(
        ctx: RawContext,
        repository: String,
        others: Vec<String>,
    ) -> Result<CloneAccess> {
        let ctx = Context::from_raw(ctx, runtime())?;
        Source::clone_credential(&P::default(), &ctx, &repository, &others)
    }

    fn set_status(ctx: RawContext, repository: String, status: Status) -> Result<()> {
        let ctx = Context::from_raw(ctx, runtime())?;
        Source::set_status(&P::default(), &ctx, &repository, &status)
    }

    fn set_deployment(
        ctx: RawContext,
        repository: String,
        deployment: Deployment,
    ) -> Result<String> {
        let ctx = Context::from_raw(ctx, runtime())?;
        Source::set_deployment(&P::default(), &ctx, &repository, &deployment)
    }

    fn delete_deployment(
        ctx: RawContext,
        repository: String,
        environment: String,
        known: Option<String>,
    ) -> Result<()> {
        let ctx = Context::from_raw(ctx, runtime())?;
        Source::delete_deployment(
            &P::default(),
            &ctx,
            &repository,
            &environment,
            known.as_deref(),
        )
    }

    fn upsert_comment(ctx: RawContext, repository: String, comment: Comment) -> Result<Place> {
        let ctx = Context::from_raw(ctx, runtime())?;
        Source::upsert_comment(&P::default(), &ctx, &repository, &comment)
    }

    fn delete_comment(
        ctx: RawContext,
        repository: String,
        change: String,
        marker: String,
        known: Option<String>,
    ) -> Result<()> {
        let ctx = Context::from_raw(ctx, runtime())?;
        Source::delete_comment(
            &P::default(),
            &ctx,
            &repository,
            &change,
            &marker,
            known.as_deref(),
        )
    }

    fn ensure_webhook(ctx: RawContext, repository: String, hook: Hook) -> Result<String> {
        let ctx = Context::from_raw(ctx, runtime())?;
        Source::ensure_webhook(&P::default(), &ctx, &repository, &hook)
    }

    fn delete_webhook(ctx: RawContext, repository: String, url: String) -> Result<()> {
        let ctx = Context::from_raw(ctx, runtime())?;
        Source::delete_webhook(&P::default(), &ctx, &repository, &url)
    }

    fn parse_webhook(ctx: RawContext, webhook: Webhook) -> Result<Option<Hint>> {
        let ctx = Context::from_raw(ctx, runtime())?;
        Source::parse_webhook(&P::default(), &ctx, &webhook)
    }
}
