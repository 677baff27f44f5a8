//! Tunnels through a relay that keeps nothing: what is reachable is what its connector asks for, and the connector's one
//! file says it. So every answer comes from the arguments, as `wit/tunnel/tunnel.wit` says of such a provider. A relay with an
//! interface of its own is asked through `ctx.http()`.

#[cfg(test)]
mod tests;

use maquette_sdk::tunnel::{
    Connector, Established, File, Observed, Page, Source, Spec, Target, Variable,
};
use maquette_sdk::{Context, Credential, Error, Plugin, Result, Tunnel};
use schemars::JsonSchema;
use serde::Deserialize;

/// Credential that connectors log in with. The plugin itself never uses it.
const TOKEN: &str = "token";
const FILE: &str = "/maquette/connector.json";

/// What users write in the Provider.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Host and port of the relay that connectors dial, for example `relay.example.com:7000`.
    pub relay: String,
    /// Name that the routes' hostnames point to, for example `edge.example.com`.
    pub edge: String,
    /// Image of the connector.
    pub image: String,
}

/// The plugin.
#[derive(Debug, Default, Clone, Copy)]
pub struct ThePlugin;

impl Plugin for ThePlugin {
    type Config = Config;
    const NAME: &'static str = env!("CARGO_PKG_NAME");
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const SUMMARY: &'static str = env!("CARGO_PKG_DESCRIPTION");

    fn credentials() -> Vec<Credential> {
        vec![Credential::connector(
            TOKEN,
            "The token that the relay accepts connectors with",
        )]
    }
}

impl Tunnel for ThePlugin {
    fn ensure(&self, ctx: &Context<Config>, spec: &Spec) -> Result<Established> {
        Ok(Established {
            id: format!("{}/{}", spec.name, spec.owner),
            target: Target::Hostname(ctx.config.edge.clone()),
            version: String::new(),
            connector: connector(&ctx.config, spec)?,
        })
    }

    fn observe(&self, _: &Context<Config>, id: &str) -> Result<Option<Observed>> {
        let (name, owner) = identity(id)?;
        Ok(Some(Observed {
            id: id.to_owned(),
            name: name.to_owned(),
            owner: Some(owner.to_owned()),
            routes: Vec::new(),
            version: String::new(),
            connections: None,
        }))
    }

    fn set_routes(
        &self,
        ctx: &Context<Config>,
        id: &str,
        spec: &Spec,
        _expect: &str,
    ) -> Result<Established> {
        check_owner(id, &spec.owner)?;
        self.ensure(ctx, spec)
    }

    fn rotate(&self, ctx: &Context<Config>, id: &str, spec: &Spec) -> Result<Established> {
        check_owner(id, &spec.owner)?;
        self.ensure(ctx, spec)
    }

    fn delete(&self, _: &Context<Config>, id: &str, owner: &str) -> Result<()> {
        check_owner(id, owner)
    }

    fn list_owned(&self, _: &Context<Config>, _: &str, _: Option<&str>) -> Result<Page> {
        Ok(Page {
            items: Vec::new(),
            next: None,
        })
    }
}

/// The program that dials out, with its one file. `spec.secret` is a placeholder: the host puts the secret in its place.
fn connector(config: &Config, spec: &Spec) -> Result<Connector> {
    let mut routes = Vec::new();
    for (at, route) in spec.routes.iter().enumerate() {
        if !route.service.contains("://") {
            let message = format!("`{}` is no URL; write http://HOST:PORT", route.service);
            return Err(Error::invalid(format!("routes[{at}].service"), message));
        }
        routes.push(serde_json::json!({
            "hostname": route.hostname, "path": route.path, "service": route.service,
        }));
    }
    let file = serde_json::json!({
        "relay": config.relay, "tunnel": spec.name, "secret": spec.secret, "routes": routes,
    });
    Ok(Connector {
        image: config.image.clone(),
        args: vec!["--config".to_owned(), FILE.to_owned()],
        env: vec![Variable {
            name: "RELAY_TOKEN".to_owned(),
            source: Source::Credential(TOKEN.to_owned()),
        }],
        files: vec![File {
            path: FILE.to_owned(),
            content: file.to_string(),
        }],
        ready: None,
    })
}

/// Name and owner, which the identifier holds. A name has no slash.
fn identity(id: &str) -> Result<(&str, &str)> {
    id.split_once('/')
        .ok_or_else(|| Error::NotFound(format!("the tunnel `{id}`")))
}

fn check_owner(id: &str, owner: &str) -> Result<()> {
    match identity(id)? {
        (_, of) if of == owner => Ok(()),
        (_, of) => Err(Error::conflict(Some(of))),
    }
}

maquette_sdk::plugin!(ThePlugin: Tunnel);
