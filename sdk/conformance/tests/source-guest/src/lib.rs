//! A small plugin for the forge in memory (`maquette_conformance::memory::ForgeServer`). As it is, it keeps every rule of
//! the interface; each `fault` of its configuration is the name of the one rule that it breaks.

mod api;
mod changes;
mod comments;
mod said;
mod webhooks;

use maquette_sdk::http::escape;
use maquette_sdk::source::{
    Access, Change, Changes, CloneAccess, CloneSecret, Comment, Deployment, Filter, Hint, Place,
    RefKind, Refs, ShortLived, Status, Webhook,
};
use maquette_sdk::{Context, Credential, Error, Host, Plugin, Result, Source};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use api::{Api, word};

#[derive(Deserialize, JsonSchema)]
pub struct Config {
    /// Base URL of the forge.
    url: String,
    /// Name of the rule to break.
    #[serde(default)]
    fault: String,
}

#[derive(Default)]
pub struct Guest;

impl Plugin for Guest {
    type Config = Config;
    const NAME: &'static str = "source-guest";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const SUMMARY: &'static str = "The forge in memory";

    fn credentials() -> Vec<Credential> {
        vec![
            Credential::bearer("token", "Token of the forge"),
            Credential::hmac_key("webhook", "Key of its webhooks"),
        ]
    }

    fn hosts() -> Vec<Host> {
        vec![Host::from_config("/url")]
    }
}

/// What the configuration wants to be wrong.
fn has(ctx: &Context<Config>, fault: &str) -> bool {
    ctx.config.fault == fault
}

/// The repository's path.
fn at(repository: &str) -> String {
    format!("/api/v1/repos/{repository}")
}

impl Source for Guest {
    fn list_changes(
        &self,
        ctx: &Context<Config>,
        repository: &str,
        _: &Filter,
        cursor: Option<&str>,
    ) -> Result<Changes> {
        match changes::list(ctx, repository, cursor) {
            Err(Error::NotFound(_))
                if has(ctx, "an_unknown_repository_has_no_changes_but_an_error") =>
            {
                Ok(Changes {
                    items: Vec::new(),
                    next: None,
                })
            }
            listed => listed,
        }
    }

    fn get_change(&self, ctx: &Context<Config>, repository: &str, id: &str) -> Result<Change> {
        match changes::one(ctx, repository, id) {
            Err(Error::NotFound(why)) if has(ctx, "an_unknown_change_is_not_found") => {
                // An identifier that is a path is another rule's.
                Err(
                    if id.ends_with(|c: char| c.is_ascii_hexdigit()) && !id.contains("/../") {
                        Error::Other(why)
                    } else {
                        Error::NotFound(why)
                    },
                )
            }
            found => found,
        }
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
        let path = format!(
            "{}/collaborators/{}/permission",
            at(repository),
            escape(login)
        );
        let found = match Api::new(ctx)?.value(&path) {
            Err(Error::NotFound(_)) if !has(ctx, "a_user_who_is_not_there_has_no_permission") => {
                return Ok(Access::None);
            }
            found => found?,
        };
        Ok(match found["permission"].as_str() {
            Some("admin") if has(ctx, "the_permission_of_a_user_is_that_of_the_forge") => {
                Access::Read
            }
            Some("admin") => Access::Admin,
            Some("write") => Access::Write,
            Some("read") => Access::Read,
            _ => Access::None,
        })
    }

    fn resolve(&self, ctx: &Context<Config>, repository: &str, reference: &str) -> Result<String> {
        let api = Api::new(ctx)?;
        if has(ctx, "reading_a_forge_writes_nothing") {
            drop(api.post("/api/v1/markdown", &json!({})));
        }
        let plain = reference.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let name = if has(ctx, "the_name_of_a_branch_is_no_path") {
            escape(reference).replace("%23", "#")
        } else {
            escape(reference)
        };
        let mut path = format!("{}/git/commits/{name}", at(repository));
        if reference == "moving" && has(ctx, "a_branch_that_moved_is_resolved_to_its_commit_now") {
            path = format!("/api/v1/first-tip/{name}");
        }
        let found = match api.value(&path) {
            Err(Error::NotFound(why)) if has(ctx, "an_unknown_reference_is_not_found") => {
                return Err(Error::Other(why));
            }
            found => word(&found?["sha"]),
        };
        let nothing = "0".repeat(40);
        let digits = reference.bytes().all(|byte| byte.is_ascii_hexdigit());
        Ok(match ctx.config.fault.as_str() {
            "a_branch_is_resolved_to_its_commit" if plain && !digits && reference != "moving" => {
                nothing
            }
            "a_tag_is_resolved_to_its_commit" if reference.starts_with('v') => nothing,
            "an_abbreviated_object_name_is_resolved_to_the_whole"
                if digits && reference.len() < 40 =>
            {
                nothing
            }
            "a_whole_object_name_is_resolved_to_itself" if digits && reference.len() == 40 => {
                nothing
            }
            _ => found,
        })
    }

    fn clone_credential(
        &self,
        ctx: &Context<Config>,
        repository: &str,
        _: &[String],
    ) -> Result<CloneAccess> {
        let api = Api::new(ctx)?;
        let mut url = word(&api.value(&at(repository))?["clone_url"]);
        if has(ctx, "a_clone_url_holds_no_login") {
            url = url.replace("https://", "https://user:password@");
        }
        let token = api.post(&format!("{}/clone-tokens", at(repository)), &json!({}))?;
        let mut expires = word(&token["expires_at"]);
        if has(ctx, "a_token_for_a_clone_ends_later") {
            expires = "2001-01-01T00:00:00Z".to_owned();
        }
        let secret = CloneSecret::Token(ShortLived {
            value: word(&token["token"]),
            expires,
        });
        Ok(CloneAccess::password(url, "token", secret))
    }

    fn set_status(&self, ctx: &Context<Config>, repository: &str, status: &Status) -> Result<()> {
        match said::status(ctx, repository, status) {
            Err(Error::NotFound(_)) if has(ctx, "a_status_of_an_unknown_commit_is_not_found") => {
                Ok(())
            }
            done => done,
        }
    }

    fn set_deployment(
        &self,
        ctx: &Context<Config>,
        repository: &str,
        deployment: &Deployment,
    ) -> Result<String> {
        said::deployment(ctx, repository, deployment)
    }

    fn delete_deployment(
        &self,
        ctx: &Context<Config>,
        repository: &str,
        environment: &str,
        _: Option<&str>,
    ) -> Result<()> {
        said::no_deployment(ctx, repository, environment)
    }

    fn upsert_comment(
        &self,
        ctx: &Context<Config>,
        repository: &str,
        comment: &Comment,
    ) -> Result<Place> {
        let place = |id| Place { id, url: None };
        match comments::upsert(ctx, repository, comment) {
            Err(Error::NotFound(_)) if has(ctx, "a_comment_on_an_unknown_change_is_not_found") => {
                Ok(place("0".to_owned()))
            }
            done => done.map(place),
        }
    }

    fn delete_comment(
        &self,
        ctx: &Context<Config>,
        repository: &str,
        change: &str,
        marker: &str,
        _: Option<&str>,
    ) -> Result<()> {
        comments::delete(ctx, repository, change, marker)
    }

    fn parse_webhook(&self, ctx: &Context<Config>, webhook: &Webhook) -> Result<Option<Hint>> {
        webhooks::parse(ctx, webhook)
    }
}

maquette_sdk::plugin!(Guest: Source);
