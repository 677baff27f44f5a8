//! Reads a registry that speaks the OCI distribution specification, without its token authentication:
//! <https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md>.

#[cfg(test)]
mod tests;

use maquette_sdk::http::{Client, Response};
use maquette_sdk::registry::{Image, Pair, Tag, Tags};
use maquette_sdk::{Context, Credential, Error, Host, Plugin, Registry, Result};
use schemars::JsonSchema;
use serde::Deserialize;

/// Credential for the registry.
const LOGIN: &str = "login";
/// Tags in one page.
const PAGE: u32 = 100;
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// What users write in the Provider.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Base URL of the registry, for example `https://registry.example.com`.
    #[schemars(extend("format" = "uri", "pattern" = "^https?://[^/?#@]+/?$"))]
    pub url: String,
}

/// The plugin.
#[derive(Debug, Default, Clone, Copy)]
pub struct ThePlugin;

#[derive(Deserialize)]
struct TagList {
    #[serde(default)]
    tags: Option<Vec<String>>,
}

/// What is read of an index or a manifest.
#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    manifests: Vec<Entry>,
    #[serde(default)]
    annotations: std::collections::BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Entry {
    platform: Option<Platform>,
}

#[derive(Deserialize)]
struct Platform {
    os: String,
    architecture: String,
}

impl Plugin for ThePlugin {
    type Config = Config;
    const NAME: &'static str = env!("CARGO_PKG_NAME");
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const SUMMARY: &'static str = env!("CARGO_PKG_DESCRIPTION");

    fn credentials() -> Vec<Credential> {
        vec![Credential::basic(LOGIN, "`user:password` of an account that may read").or_none()]
    }

    fn hosts() -> Vec<Host> {
        vec![Host::from_config("/url")]
    }

    fn lacks() -> Vec<&'static str> {
        vec![
            "registry.login-for",
            "registry.ensure-repository",
            "registry.delete-tag",
        ]
    }
}

impl Registry for ThePlugin {
    fn list_tags(
        &self,
        ctx: &Context<Config>,
        repository: &str,
        cursor: Option<&str>,
    ) -> Result<Tags> {
        let start = cursor.map(|last| format!("&last={last}"));
        let path = format!("tags/list?n={PAGE}{}", start.unwrap_or_default());
        let answer = ask(ctx, repository, &path, "application/json")?;
        let items = answer.json::<TagList>()?.tags.unwrap_or_default();
        let more = answer.headers.contains_key("link");
        Ok(Tags {
            next: items.last().filter(|_| more).cloned(),
            items: items.into_iter().map(Tag::named).collect(),
            total: None,
        })
    }

    fn resolve(&self, ctx: &Context<Config>, repository: &str, reference: &str) -> Result<Image> {
        let path = format!("manifests/{reference}");
        let answer = ask(ctx, repository, &path, &format!("{INDEX}, {MANIFEST}"))?;
        let document: Document = answer.json()?;
        let platforms = document.manifests.iter().filter_map(|entry| {
            let platform = entry.platform.as_ref()?;
            Some(format!("{}/{}", platform.os, platform.architecture))
        });
        let labels = document.annotations.iter().map(|(name, value)| Pair {
            name: name.clone(),
            value: value.clone(),
        });
        Ok(Image {
            digest: header(&answer, "docker-content-digest")?,
            media_type: header(&answer, "content-type")?,
            created: document
                .annotations
                .get("org.opencontainers.image.created")
                .cloned(),
            platforms: platforms.collect(),
            labels: labels.collect(),
        })
    }
}

/// What the registry answers about a repository. What it does not know is an error, never an empty answer.
fn ask(ctx: &Context<Config>, repository: &str, path: &str, accept: &str) -> Result<Response> {
    let base = ctx.config.url.trim_end_matches('/');
    let url = format!("{base}/v2/{repository}/{path}");
    let answer = client(ctx)?.get(&url).header("accept", accept).send()?;
    match answer.status.as_u16() {
        404 => Err(Error::NotFound(format!("{repository}: {path}"))),
        _ => answer.success(),
    }
}

/// With the login where the Provider gives one.
fn client(ctx: &Context<Config>) -> Result<Client<'_>> {
    match ctx.credential(LOGIN) {
        Ok(login) => ctx.http().with_header("Authorization", &login),
        Err(_) => Ok(ctx.http()),
    }
}

fn header(answer: &Response, name: &str) -> Result<String> {
    let value = answer
        .headers
        .get(name)
        .and_then(|value| value.to_str().ok());
    value
        .map(str::to_owned)
        .ok_or_else(|| Error::transient(format!("the registry's answer has no `{name}`")))
}

maquette_sdk::plugin!(ThePlugin: Registry);
