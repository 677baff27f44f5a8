//! Reads any registry that speaks the OCI distribution protocol: tags, digests, referrers; anonymous, with a login, or
//! with a token from the server that the registry names. What is not of the protocol is in the crate `distribution`.

use maquette_distribution::{Client, LOGIN, digest, list_referrers, list_tags, resolve};
use maquette_sdk::registry::{Image, Referrers, Tags};
use maquette_sdk::{Context, Credential, Host, Plugin, Registry, Result};
use schemars::JsonSchema;
use serde::Deserialize;

/// How to reach one registry.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Config {
    /// Scheme and host of the registry, for example `https://registry.example.com`.
    #[schemars(extend("format" = "uri", "pattern" = "^https?://[^/?#@]+/?$"))]
    pub url: String,
    /// Its token server, where that is another host, for example `https://auth.example.com`. The login is sent there, too.
    #[schemars(extend("format" = "uri", "pattern" = "^https?://[^/?#@]+/?$"))]
    #[serde(default)]
    pub token_server: Option<String>,
}

/// The plugin.
#[derive(Debug, Default, Clone, Copy)]
pub struct Oci;

impl Plugin for Oci {
    type Config = Config;
    const NAME: &'static str = "oci";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const SUMMARY: &'static str = "Reads any registry that speaks the OCI distribution protocol";

    fn credentials() -> Vec<Credential> {
        vec![
            Credential::basic(
                LOGIN,
                "`user:password` (or `user:token`) of an account that may pull; without it what everybody may read",
            )
            .or_none()
            .for_hosts([Host::from_config("/url"), Host::from_config("/tokenServer")]),
        ]
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

impl Registry for Oci {
    fn list_tags(
        &self,
        ctx: &Context<Config>,
        repository: &str,
        cursor: Option<&str>,
    ) -> Result<Tags> {
        list_tags(&Client::new(ctx, &ctx.config.url)?, repository, cursor)
    }

    fn digest(&self, ctx: &Context<Config>, repository: &str, tag: &str) -> Result<String> {
        digest(&Client::new(ctx, &ctx.config.url)?, repository, tag)
    }

    fn resolve(&self, ctx: &Context<Config>, repository: &str, reference: &str) -> Result<Image> {
        resolve(&Client::new(ctx, &ctx.config.url)?, repository, reference)
    }

    fn list_referrers(
        &self,
        ctx: &Context<Config>,
        repository: &str,
        digest: &str,
        artifact_type: Option<&str>,
        cursor: Option<&str>,
    ) -> Result<Referrers> {
        let client = Client::new(ctx, &ctx.config.url)?;
        list_referrers(&client, repository, digest, artifact_type, cursor)
    }
}

maquette_sdk::plugin!(Oci: Registry);
