//! Tunnels through one's own frp server (<https://github.com/fatedier/frp>, 0.52 and later).
//!
//! | file | does |
//! |---|---|
//! | `config` | what users write in the Provider |
//! | `identity` | name and owner to and from a tunnel's identifier; pure |
//! | `proxy` | routes as frp's proxies; pure |
//! | `toml` | texts that are safe inside of frpc's configuration; pure |
//! | `connector` | frpc with its configuration; pure |
//! | `dashboard` | the requests to the server's dashboard, where there is one |
//!
//! # State
//! frps keeps nothing: what is reachable through it is what a connected frpc asks for. So this plugin answers from its
//! arguments, as `wit/tunnel/tunnel.wit` says of such a provider, and the connector's one file is all there is.
//!
//! # Who can take whose host
//! Everybody who has the server's token can serve any host that nobody serves at that moment. Connectors of one tunnel
//! share a load-balancing group per route whose key is the tunnel's owner, so that a new one can join an old one; the
//! group's key keeps tunnels apart that do not know each other's owner and is no secret.

mod config;
mod connector;
mod dashboard;
mod identity;
mod proxy;
mod toml;

pub use config::Config;

use identity::Identity;
use maquette_sdk::tunnel::{Established, Observed, Page, Spec, Tunnel};
use maquette_sdk::{Context, Credential, Error, Host, Plugin, Result};

/// The plugin.
#[derive(Debug, Default, Clone, Copy)]
pub struct Frp;

impl Plugin for Frp {
    type Config = Config;
    const NAME: &'static str = "frp";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const SUMMARY: &'static str = "Tunnels through one's own frp server";

    fn credentials() -> Vec<Credential> {
        vec![
            Credential::connector(
                connector::TOKEN,
                "The `auth.token` of the server's configuration (frps.toml)",
            ),
            Credential::basic(
                dashboard::LOGIN,
                "`webServer.user`:`webServer.password` of the server's configuration; only with `dashboard`",
            )
            .or_none(),
        ]
    }

    fn hosts() -> Vec<Host> {
        // The dashboard is optional; where it is used, the Provider grants it.
        Vec::new()
    }
}

impl Tunnel for Frp {
    fn ensure(&self, ctx: &Context<Config>, spec: &Spec) -> Result<Established> {
        let config = &ctx.config;
        Ok(Established {
            id: Identity::of(spec)?.to_string(),
            target: config.target()?,
            version: String::new(),
            connector: connector::connector(config, spec)?,
        })
    }

    fn observe(&self, ctx: &Context<Config>, id: &str) -> Result<Option<Observed>> {
        let identity: Identity = id.parse()?;
        let connections = match &ctx.config.dashboard {
            Some(url) => Some(dashboard::connections(ctx, url, &identity.name)?),
            None => None,
        };
        Ok(Some(Observed {
            id: id.to_owned(),
            name: identity.name,
            owner: Some(identity.owner),
            routes: Vec::new(),
            version: String::new(),
            connections,
        }))
    }

    fn set_routes(
        &self,
        ctx: &Context<Config>,
        id: &str,
        spec: &Spec,
        _: &str,
    ) -> Result<Established> {
        same(id, spec)?;
        self.ensure(ctx, spec)
    }

    fn rotate(&self, ctx: &Context<Config>, id: &str, spec: &Spec) -> Result<Established> {
        same(id, spec)?;
        self.ensure(ctx, spec)
    }

    fn delete(&self, _: &Context<Config>, id: &str, owner: &str) -> Result<()> {
        let identity: Identity = id.parse()?;
        if identity.owner == owner {
            Ok(())
        } else {
            Err(Error::conflict(Some(&identity.owner)))
        }
    }

    fn list_owned(&self, _: &Context<Config>, _: &str, _: Option<&str>) -> Result<Page> {
        Ok(Page {
            items: Vec::new(),
            next: None,
        })
    }
}

/// Whether the identifier is that of the specification.
fn same(id: &str, spec: &Spec) -> Result<()> {
    let identity: Identity = id.parse()?;
    if identity.owner != spec.owner {
        return Err(Error::conflict(Some(&identity.owner)));
    }
    if identity.name == spec.name {
        Ok(())
    } else {
        Err(Error::NotFound(format!("the tunnel `{id}`")))
    }
}

maquette_sdk::plugin!(Frp: Tunnel);
