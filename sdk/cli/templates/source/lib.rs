//! Speaks to a forge with the interface of Gitea and Forgejo: <https://docs.gitea.com/api/>. What a forge does not have may
//! stay away: its functions answer `unsupported`.

#[cfg(test)]
mod tests;

use maquette_sdk::source::{Change, Changes, CloneAccess, CloneSecret, Filter, Hint, Webhook};
use maquette_sdk::{Context, Credential, Error, Host, Plugin, Result, Source};
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Credential for the API.
const TOKEN: &str = "token";
/// Key that webhooks are signed with.
const WEBHOOK: &str = "webhook";
/// Changes in one page.
const PAGE: usize = 50;

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
struct Pull {
    number: u64,
    title: String,
    html_url: String,
    user: User,
    head: Branch,
    base: Branch,
    #[serde(default)]
    labels: Vec<Label>,
    #[serde(default)]
    draft: bool,
    state: String,
    updated_at: Option<String>,
}

#[derive(Deserialize)]
struct User {
    login: String,
}

#[derive(Deserialize)]
struct Branch {
    #[serde(rename = "ref")]
    name: String,
    sha: String,
}

#[derive(Deserialize)]
struct Label {
    name: String,
}

#[derive(Deserialize)]
struct Commit {
    sha: String,
}

#[derive(Deserialize)]
struct Event {
    number: Option<u64>,
    repository: Repository,
}

#[derive(Deserialize)]
struct Repository {
    full_name: String,
}

impl Plugin for ThePlugin {
    type Config = Config;
    const NAME: &'static str = env!("CARGO_PKG_NAME");
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const SUMMARY: &'static str = env!("CARGO_PKG_DESCRIPTION");

    fn credentials() -> Vec<Credential> {
        vec![
            Credential::bearer(TOKEN, "Access token that may read repositories"),
            Credential::hmac_key(WEBHOOK, "The secret of the forge's webhook").or_none(),
        ]
    }

    fn hosts() -> Vec<Host> {
        vec![Host::from_config("/url")]
    }
}

impl Source for ThePlugin {
    fn list_changes(
        &self,
        ctx: &Context<Config>,
        repository: &str,
        filter: &Filter,
        cursor: Option<&str>,
    ) -> Result<Changes> {
        let page: usize = cursor
            .unwrap_or("1")
            .parse()
            .map_err(|_| Error::invalid("cursor", "it is not of this listing"))?;
        let path = format!("/repos/{repository}/pulls?state=open&limit={PAGE}&page={page}");
        let pulls: Vec<Pull> = get(ctx, &path)?;
        let next = (pulls.len() == PAGE).then(|| (page + 1).to_string());
        let changes = pulls.into_iter().map(Change::from);
        Ok(Changes {
            items: changes.filter(|change| is_wanted(change, filter)).collect(),
            next,
        })
    }

    fn get_change(&self, ctx: &Context<Config>, repository: &str, id: &str) -> Result<Change> {
        let pull: Pull = get(ctx, &format!("/repos/{repository}/pulls/{id}"))?;
        Ok(pull.into())
    }

    fn resolve(&self, ctx: &Context<Config>, repository: &str, reference: &str) -> Result<String> {
        let path = format!("/repos/{repository}/git/commits/{reference}");
        get::<Commit>(ctx, &path).map(|commit| commit.sha)
    }

    fn clone_credential(&self, ctx: &Context<Config>, repository: &str) -> Result<CloneAccess> {
        Ok(CloneAccess {
            url: format!("{}/{repository}.git", base(ctx)),
            username: None,
            secret: CloneSecret::Anonymous,
        })
    }

    fn parse_webhook(&self, ctx: &Context<Config>, webhook: &Webhook) -> Result<Option<Hint>> {
        let header = |name: &str| {
            let found = webhook.headers.iter().find(|header| header.name == name);
            found.map(|header| header.value.as_str())
        };
        let mac = ctx.hmac_sha256(WEBHOOK, &[], std::slice::from_ref(&webhook.body))?;
        let signature = header("x-gitea-signature").unwrap_or_default();
        if !is_same(signature, &hex(&mac)) {
            let why = "the webhook's signature is missing or wrong";
            return Err(Error::Unauthorized(why.to_owned()));
        }
        if header("x-gitea-event") != Some("pull_request") {
            return Ok(None);
        }
        let event: Event = serde_json::from_slice(&webhook.body)
            .map_err(|error| Error::invalid("webhook.body", error.to_string()))?;
        Ok(Some(Hint {
            delivery: header("x-gitea-delivery").unwrap_or_default().to_owned(),
            repository: event.repository.full_name,
            change: event.number.map(|number| number.to_string()),
        }))
    }
}

impl From<Pull> for Change {
    fn from(pull: Pull) -> Self {
        Self {
            id: pull.number.to_string(),
            title: pull.title,
            url: pull.html_url,
            author: pull.user.login,
            head_branch: pull.head.name,
            head_sha: pull.head.sha,
            head_repository: None,
            base_branch: pull.base.name,
            labels: pull.labels.into_iter().map(|label| label.name).collect(),
            draft: pull.draft,
            open: pull.state == "open",
            updated: pull.updated_at,
        }
    }
}

/// The forge filters by none of these.
fn is_wanted(change: &Change, filter: &Filter) -> bool {
    let labelled = |label: &String| change.labels.contains(label);
    let matches = |globs: &[String], branch: &str| {
        globs.is_empty() || globs.iter().any(|glob| matches_glob(glob, branch))
    };
    (filter.drafts || !change.draft)
        && (filter.labels.is_empty() || filter.labels.iter().any(labelled))
        && matches(&filter.base_branches, &change.base_branch)
        && matches(&filter.head_branches, &change.head_branch)
}

/// `*` stands for anything.
fn matches_glob(glob: &str, text: &str) -> bool {
    match glob.split_once('*') {
        None => glob == text,
        Some((start, rest)) => text.strip_prefix(start).is_some_and(|tail| {
            let mut ends = tail.char_indices().map(|(at, _)| at).chain([tail.len()]);
            ends.any(|at| matches_glob(rest, tail.get(at..).unwrap_or_default()))
        }),
    }
}

fn base(ctx: &Context<Config>) -> &str {
    ctx.config.url.trim_end_matches('/')
}

fn get<T: DeserializeOwned>(ctx: &Context<Config>, path: &str) -> Result<T> {
    let http = ctx
        .http()
        .with_header("Authorization", &ctx.credential(TOKEN)?)?;
    let url = format!("{}/api/v1{path}", base(ctx));
    http.get(&url).send()?.success()?.json()
}

/// Takes the same time wherever the first difference is.
fn is_same(left: &str, right: &str) -> bool {
    let difference = left.bytes().zip(right.bytes());
    left.len() == right.len() && difference.fold(0, |all, (l, r)| all | (l ^ r)) == 0
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

maquette_sdk::plugin!(ThePlugin: Source);
