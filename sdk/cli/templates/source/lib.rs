//! Speaks to a forge with the interface of Gitea and Forgejo: <https://docs.gitea.com/api/>. What a forge does not have may
//! stay away: deployments, which this one does not know, answer `unsupported`.

mod api;
mod changes;
mod said;
#[cfg(test)]
mod tests;

use maquette_sdk::http::escape;
use maquette_sdk::source::{
    Access, Change, Changes, CloneAccess, Comment, Filter, Happening, Hint, Place, RefKind, Refs,
    Status, Webhook,
};
use maquette_sdk::{Context, Credential, Error, Host, Plugin, Result, Source};
use schemars::JsonSchema;
use serde::Deserialize;

use api::{Commit, Repository};

/// Credential for the API.
const TOKEN: &str = "token";
/// Key that webhooks are signed with.
const WEBHOOK: &str = "webhook";

/// What users write in the Provider.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Base URL of the forge, for example `https://git.example.com`.
    #[schemars(extend("format" = "uri", "pattern" = "^https?://[^/?#@]+/?$"))]
    pub url: String,
}

/// The plugin.
#[derive(Debug, Default, Clone, Copy)]
pub struct ThePlugin;

#[derive(Deserialize)]
struct Event {
    number: Option<u64>,
    repository: Repository,
}

impl Plugin for ThePlugin {
    type Config = Config;
    const NAME: &'static str = env!("CARGO_PKG_NAME");
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const SUMMARY: &'static str = env!("CARGO_PKG_DESCRIPTION");

    fn credentials() -> Vec<Credential> {
        vec![
            Credential::bearer(
                TOKEN,
                "Access token that may read repositories and write statuses and comments",
            ),
            Credential::hmac_key(WEBHOOK, "The secret of the forge's webhook").or_none(),
        ]
    }

    fn hosts() -> Vec<Host> {
        vec![Host::from_config("/url")]
    }

    fn lacks() -> Vec<&'static str> {
        vec!["source.set-deployment", "source.delete-deployment"]
    }
}

impl Source for ThePlugin {
    fn list_changes(
        &self,
        ctx: &Context<Config>,
        repository: &str,
        _: &Filter,
        cursor: Option<&str>,
    ) -> Result<Changes> {
        changes::list(ctx, repository, cursor)
    }

    fn list_refs(
        &self,
        ctx: &Context<Config>,
        repository: &str,
        kind: RefKind,
        cursor: Option<&str>,
    ) -> Result<Refs> {
        changes::refs(ctx, repository, kind, cursor)
    }

    fn permission(&self, ctx: &Context<Config>, repository: &str, login: &str) -> Result<Access> {
        changes::permission(ctx, repository, login)
    }

    fn get_change(&self, ctx: &Context<Config>, repository: &str, id: &str) -> Result<Change> {
        changes::one(ctx, repository, id)
    }

    fn resolve(&self, ctx: &Context<Config>, repository: &str, reference: &str) -> Result<String> {
        let path = format!("/repos/{repository}/git/commits/{}", escape(reference));
        api::get::<Commit>(ctx, &path).map(|commit| commit.sha)
    }

    fn clone_credential(
        &self,
        ctx: &Context<Config>,
        repository: &str,
        _: &[String],
    ) -> Result<CloneAccess> {
        let found: Repository = api::get(ctx, &format!("/repos/{repository}"))?;
        Ok(CloneAccess::anonymous(found.clone_url))
    }

    fn set_status(&self, ctx: &Context<Config>, repository: &str, status: &Status) -> Result<()> {
        said::status(ctx, repository, status)
    }

    fn upsert_comment(
        &self,
        ctx: &Context<Config>,
        repository: &str,
        comment: &Comment,
    ) -> Result<Place> {
        said::upsert(ctx, repository, comment)
    }

    fn delete_comment(
        &self,
        ctx: &Context<Config>,
        repository: &str,
        change: &str,
        marker: &str,
        _: Option<&str>,
    ) -> Result<()> {
        said::delete(ctx, repository, change, marker)
    }

    fn parse_webhook(&self, ctx: &Context<Config>, webhook: &Webhook) -> Result<Option<Hint>> {
        let signature = webhook.header("x-gitea-signature").unwrap_or_default();
        if !ctx.verify_hmac_sha256_hex(WEBHOOK, &webhook.body, signature)? {
            let why = "the webhook's signature is missing or wrong";
            return Err(Error::Unauthorized(why.to_owned()));
        }
        if webhook.header("x-gitea-event") != Some("pull_request") {
            return Ok(None);
        }
        let event: Event = serde_json::from_slice(&webhook.body)
            .map_err(|error| Error::invalid("webhook.body", error.to_string()))?;
        Ok(Some(Hint {
            delivery: webhook
                .header("x-gitea-delivery")
                .unwrap_or_default()
                .to_owned(),
            repository: event.repository.full_name,
            what: match event.number {
                Some(number) => Happening::Change(number.to_string()),
                None => Happening::Repository,
            },
        }))
    }
}

maquette_sdk::plugin!(ThePlugin: Source);
