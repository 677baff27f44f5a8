//! Reads Docker Hub: tags of public repositories from its own API, which does not count against the registry's rate
//! limit; digests, referrers and what needs a login from its registry.
//!
//! Sources: the Hub's API description (<https://docs.docker.com/reference/api/hub/latest/>), paths
//! `/v2/namespaces/{namespace}/repositories/{repository}/tags`; the registry's token authentication.

mod tags;

use maquette_distribution::{Client, LOGIN, digest, list_referrers, list_tags, resolve};
use maquette_sdk::registry::{Image, Referrers, Tags};
use maquette_sdk::{Context, Credential, Host, Plugin, Registry, Result};
use schemars::JsonSchema;
use serde::Deserialize;

/// Where Docker Hub is; nothing has to be set.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The Hub's API. Another one only for a mirror of it.
    #[serde(default = "hub")]
    #[schemars(extend("format" = "uri", "pattern" = "^https?://[^/?#@]+/?$"))]
    pub hub: String,
    /// The Hub's registry. Another one only for a mirror of it.
    #[serde(default = "registry")]
    #[schemars(extend("format" = "uri", "pattern" = "^https?://[^/?#@]+/?$"))]
    pub registry: String,
}

fn hub() -> String {
    "https://hub.docker.com".to_owned()
}

fn registry() -> String {
    "https://registry-1.docker.io".to_owned()
}

/// The plugin.
#[derive(Debug, Default, Clone, Copy)]
pub struct DockerHub;

impl Plugin for DockerHub {
    type Config = Config;
    const NAME: &'static str = "docker-hub";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const SUMMARY: &'static str = "Reads Docker Hub";

    fn credentials() -> Vec<Credential> {
        vec![
            Credential::basic(
                LOGIN,
                "`user:token` with a personal access token that may read; without it public repositories only, \
                 with the Hub's limits for anonymous clients",
            )
            .or_none()
            .for_hosts([
                Host::from_config("/registry"),
                Host::fixed("https://auth.docker.io"),
            ]),
        ]
    }

    fn hosts() -> Vec<Host> {
        vec![
            Host::from_config("/hub"),
            Host::from_config("/registry"),
            Host::fixed("https://auth.docker.io"),
        ]
    }

    fn lacks() -> Vec<&'static str> {
        vec![
            "registry.login-for",
            "registry.ensure-repository",
            "registry.delete-tag",
        ]
    }
}

impl Registry for DockerHub {
    fn list_tags(
        &self,
        ctx: &Context<Config>,
        repository: &str,
        cursor: Option<&str>,
    ) -> Result<Tags> {
        let path = tags::path(repository)?;
        // The Hub's API takes no login that the host could put in: with one, the registry's own list is read.
        if ctx.credential(LOGIN).is_ok() {
            list_tags(&Client::new(ctx, &ctx.config.registry)?, &path, cursor)
        } else {
            tags::list(ctx, &path, cursor)
        }
    }

    fn digest(&self, ctx: &Context<Config>, repository: &str, tag: &str) -> Result<String> {
        let client = Client::new(ctx, &ctx.config.registry)?;
        digest(&client, &tags::path(repository)?, tag)
    }

    fn resolve(&self, ctx: &Context<Config>, repository: &str, reference: &str) -> Result<Image> {
        let client = Client::new(ctx, &ctx.config.registry)?;
        resolve(&client, &tags::path(repository)?, reference)
    }

    fn list_referrers(
        &self,
        ctx: &Context<Config>,
        repository: &str,
        digest: &str,
        artifact_type: Option<&str>,
        cursor: Option<&str>,
    ) -> Result<Referrers> {
        let client = Client::new(ctx, &ctx.config.registry)?;
        list_referrers(
            &client,
            &tags::path(repository)?,
            digest,
            artifact_type,
            cursor,
        )
    }
}

maquette_sdk::plugin!(DockerHub: Registry);
