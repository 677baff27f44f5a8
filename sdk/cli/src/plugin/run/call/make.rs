use maquette_host::kinds::source::HookSecret;
use maquette_host::kinds::tunnel::TunnelSecret;
use maquette_host::{Call, Provider, Source};
use serde::Serialize;

use super::{Answer, Request, outcome};

/// Calls the function.
///
/// # Errors
/// The plugin does not export it, or the call fails.
pub(in crate::plugin::run) async fn make(
    request: Request,
    provider: &Provider,
    call: &Call,
    secret: &TunnelSecret,
) -> anyhow::Result<Answer> {
    use Request as R;
    match request {
        R::Zones {} => json(&provider.dns()?.zones(call).await?),
        R::Normalize { records } => json(&provider.dns()?.normalize(call, &records).await?),
        R::ObserveRecords { zone, names } => {
            json(&provider.dns()?.observe(call, &zone, &names).await?)
        }
        R::Apply { zone, changes } => {
            outcome::of(provider.dns()?.apply(call, &zone, &changes).await?)
        }
        R::ListOwnedRecords {
            zone,
            owner_prefix,
            cursor,
        } => {
            let (dns, cursor) = (provider.dns()?, cursor.as_deref());
            json(&dns.list_owned(call, &zone, &owner_prefix, cursor).await?)
        }
        request @ (R::Ensure { .. }
        | R::ObserveTunnel { .. }
        | R::SetRoutes { .. }
        | R::Rotate { .. }
        | R::Delete { .. }
        | R::ListOwnedTunnels { .. }) => tunnel(request, provider, call, secret).await,
        request @ (R::ListTags { .. }
        | R::TagDigest { .. }
        | R::ResolveImage { .. }
        | R::ListReferrers { .. }
        | R::LoginFor { .. }
        | R::EnsureRepository { .. }
        | R::DeleteTag { .. }) => registry(request, provider, call).await,
        R::PlanBuild { build } => json(&provider.builder()?.plan(call, &build).await?),
        R::Interpret { build, job, ending } => {
            let builder = provider.builder()?;
            json(&builder.interpret(call, &build, job, &ending).await?)
        }
        R::Bundle { workers, blobs } => {
            json(&provider.bundler()?.bundle(call, &workers, &blobs).await?)
        }
        R::Render { app } => json(&provider.delivery()?.render(call, &app).await?),
        R::Assess { app, objects } => {
            json(&provider.delivery()?.assess(call, &app, &objects).await?)
        }
        request => source(request, provider, call).await,
    }
}

async fn tunnel(
    request: Request,
    provider: &Provider,
    call: &Call,
    secret: &TunnelSecret,
) -> anyhow::Result<Answer> {
    use Request as R;
    let tunnel = provider.tunnel()?;
    match request {
        R::Ensure { spec } => json(&tunnel.ensure(call, &spec, secret).await?),
        R::ObserveTunnel { id } => json(&tunnel.observe(call, &id).await?),
        R::SetRoutes { id, spec, expect } => {
            json(&tunnel.set_routes(call, &id, &spec, secret, &expect).await?)
        }
        R::Rotate { id, spec } => json(&tunnel.rotate(call, &id, &spec, secret).await?),
        R::Delete { id, owner } => json(&tunnel.delete(call, &id, &owner).await?),
        R::ListOwnedTunnels {
            owner_prefix,
            cursor,
        } => {
            let page = tunnel.list_owned(call, &owner_prefix, cursor.as_deref());
            json(&page.await?)
        }
        other => anyhow::bail!("{other:?} is no function of `tunnel`"),
    }
}

async fn registry(request: Request, provider: &Provider, call: &Call) -> anyhow::Result<Answer> {
    use Request as R;
    let registry = provider.registry()?;
    match request {
        R::ListTags { repository, cursor } => {
            let tags = registry.list_tags(call, &repository, cursor.as_deref());
            json(&tags.await?)
        }
        R::TagDigest { repository, tag } => {
            let digest = registry.digest(call, &repository, &tag).await?;
            json(&digest.to_string())
        }
        R::ResolveImage {
            repository,
            reference,
        } => json(&registry.resolve(call, &repository, &reference).await?),
        R::ListReferrers {
            repository,
            digest,
            artifact_type,
            cursor,
        } => {
            let (kind, cursor) = (artifact_type.as_deref(), cursor.as_deref());
            let found = registry.list_referrers(call, &repository, &digest, kind, cursor);
            json(&found.await?)
        }
        R::LoginFor { repository, action } => {
            json(&registry.login_for(call, &repository, action).await?)
        }
        R::EnsureRepository { repository } => {
            json(&registry.ensure_repository(call, &repository).await?)
        }
        R::DeleteTag {
            repository,
            tag,
            expect,
        } => {
            let deleted = registry.delete_tag(call, &repository, &tag, &expect);
            json(&deleted.await?)
        }
        other => anyhow::bail!("{other:?} is no function of `registry`"),
    }
}

async fn source(request: Request, provider: &Provider, call: &Call) -> anyhow::Result<Answer> {
    use Request as R;
    let source = provider.source()?;
    match request {
        R::ListChanges {
            repository,
            filter,
            cursor,
        } => {
            let changes = source.list_changes(call, &repository, &filter, cursor.as_deref());
            json(&changes.await?)
        }
        R::GetChange { repository, id } => json(&source.get_change(call, &repository, &id).await?),
        R::ResolveCommit {
            repository,
            reference,
        } => json(&source.resolve(call, &repository, &reference).await?),
        R::CloneCredential { repository, others } => {
            json(&source.clone_credential(call, &repository, &others).await?)
        }
        R::SetStatus { repository, status } => {
            json(&source.set_status(call, &repository, &status).await?)
        }
        R::SetDeployment {
            repository,
            deployment,
        } => json(
            &source
                .set_deployment(call, &repository, &deployment)
                .await?,
        ),
        R::UpsertComment {
            repository,
            comment,
        } => json(&source.upsert_comment(call, &repository, &comment).await?),
        R::DeleteComment {
            repository,
            change,
            marker,
            known,
        } => {
            let known = known.as_deref();
            let deleted = source.delete_comment(call, &repository, &change, &marker, known);
            json(&deleted.await?)
        }
        R::DeleteDeployment {
            repository,
            environment,
            known,
        } => {
            let known = known.as_deref();
            let deleted = source.delete_deployment(call, &repository, &environment, known);
            json(&deleted.await?)
        }
        R::EnsureWebhook { repository, hook } => {
            let secret = HookSecret::random()?;
            let made = source.ensure_webhook(call, &repository, &hook, &secret);
            json(&made.await?)
        }
        R::DeleteWebhook { repository, url } => {
            json(&source.delete_webhook(call, &repository, &url).await?)
        }
        R::ParseWebhook { webhook } => json(&source.parse_webhook(call, &webhook, None).await?),
        request => reading(request, &source, call).await,
    }
}

/// Functions that only read.
async fn reading(request: Request, source: &Source, call: &Call) -> anyhow::Result<Answer> {
    use Request as R;
    match request {
        R::DescribeRepository { repository } => {
            json(&source.describe_repository(call, &repository).await?)
        }
        R::ListRefs {
            repository,
            kind,
            cursor,
        } => {
            let refs = source.list_refs(call, &repository, kind, cursor.as_deref());
            json(&refs.await?)
        }
        R::ChangedPaths {
            repository,
            id,
            cursor,
        } => {
            let paths = source.changed_paths(call, &repository, &id, cursor.as_deref());
            json(&paths.await?)
        }
        R::Permission { repository, login } => {
            json(&source.permission(call, &repository, &login).await?)
        }
        R::ReadFile {
            repository,
            revision,
            path,
            at_most,
        } => {
            let content = source.read_file(call, &repository, &revision, &path, at_most);
            json(&String::from_utf8_lossy(&content.await?))
        }
        R::ListFiles {
            repository,
            revision,
            folder,
            cursor,
        } => {
            let cursor = cursor.as_deref();
            let paths = source.list_files(call, &repository, &revision, &folder, cursor);
            json(&paths.await?)
        }
        other => anyhow::bail!("{other:?} is no function of `source`"),
    }
}

fn json<T: Serialize>(value: &T) -> anyhow::Result<Answer> {
    Ok(Answer {
        json: serde_json::to_value(value)?,
        refused: 0,
    })
}
