//! Tunnels that are configured at Cloudflare ("remotely-managed").
//!
//! | file | does |
//! |---|---|
//! | `name` | name and owner to and from a tunnel's name at Cloudflare; pure |
//! | `ingress` | routes to and from a configuration; pure |
//! | `connector` | cloudflared with its credentials; pure |
//! | `wire` | the API's JSON |
//! | `account` | the requests |
//!
//! # Ownership
//! The owner mark is a part of the tunnel's name, because a tunnel is created with nothing else that could hold it: what
//! Cloudflare shows as `shop-web-0011223344 maquette/v1 owner=…` is the tunnel `shop-web-0011223344`. Names are unique in an
//! account, so of two that create the same one at one time the second is refused.
//!
//! # The secret
//! Cloudflare's token for a tunnel is the tunnel's secret in another form. So it is never asked for: the tunnel is
//! created with a secret that the host keeps, and cloudflared gets a credentials file in which the host puts that secret.
//! The plugin only ever sees a placeholder.
//!
//! # Configurations
//! A configuration is replaced as a whole and has a version, but no precondition: it is read right before it is
//! written, and another version than the expected one is a conflict. Who writes between the two is overwritten. What
//! people set for a rule besides its host, path and service stays.

mod account;
mod connector;
mod ingress;
mod name;
mod wire;

use maquette_sdk::tunnel::{Established, Observed, Page, Spec, Target, Tunnel};
use maquette_sdk::{Context, Error, Result, TransientError};

use crate::api::Api;
use crate::failure::Failure;
use crate::{Cloudflare, Config};
use account::Account;
use ingress::{configuration, routes, same};
use name::Identity;
use wire::{Configured, TunnelItem};

/// Requests whose bodies carry a tunnel's secret as `tunnel_secret`: those that create and edit a tunnel.
pub(crate) const SECRET_PATHS: [&str; 2] = [
    "/client/v4/accounts/*/cfd_tunnel",
    "/client/v4/accounts/*/cfd_tunnel/*",
];
/// How soon a tunnel whose connections still end can be removed, in milliseconds.
const DRAINING_MS: u64 = 2_000;
/// "Cannot delete tunnel because it has active connections".
const CONNECTED: [u32; 1] = [1022];
/// "You already have a tunnel with this name".
const NAME_TAKEN: [u32; 1] = [1013];

impl Tunnel for Cloudflare {
    fn ensure(&self, ctx: &Context<Config>, spec: &Spec) -> Result<Established> {
        let api = Api::new(ctx)?;
        let account = Account::new(&api)?;
        let identity = Identity::of(spec)?;
        // Before anything is made, whether the routes can be.
        configuration(&spec.routes, None)?;
        if let Some(id) = find(&account, &identity)? {
            let configured = account.configuration(&id)?;
            return established(&account, &id, spec, &configured);
        }
        let made = match account.create(&identity.to_string(), &spec.secret) {
            Ok(made) => made,
            Err(Failure::Refused(refusal)) if refusal.has(&NAME_TAKEN) => {
                return Err(Error::Transient(TransientError {
                    retry_after_ms: None,
                    message: refusal.said(),
                }));
            }
            Err(failure) => return Err(failure.into_error()),
        };
        let mut configured = Configured::default();
        if !spec.routes.is_empty() {
            configured = account.configure(&made.id, configuration(&spec.routes, None)?)?;
        }
        established(&account, &made.id, spec, &configured)
    }

    fn observe(&self, ctx: &Context<Config>, id: &str) -> Result<Option<Observed>> {
        let api = Api::new(ctx)?;
        let account = Account::new(&api)?;
        let Some(tunnel) = account.tunnel(id)? else {
            return Ok(None);
        };
        let configured = account.configuration(&tunnel.id)?;
        let connections = account.connections(&tunnel.id)?;
        Ok(Some(observed(tunnel, &configured, Some(connections))))
    }

    fn set_routes(
        &self,
        ctx: &Context<Config>,
        id: &str,
        spec: &Spec,
        expect: &str,
    ) -> Result<Established> {
        let api = Api::new(ctx)?;
        let account = Account::new(&api)?;
        owned(&account, id, spec)?;
        let before = account.configuration(id)?;
        let wanted = configuration(&spec.routes, before.config.as_ref())?;
        if same(&routes(before.config.as_ref()), &spec.routes) {
            return established(&account, id, spec, &before);
        }
        if before.version.to_string() != expect {
            return Err(Error::conflict(Some(&spec.owner)));
        }
        let after = account.configure(id, wanted)?;
        established(&account, id, spec, &after)
    }

    fn rotate(&self, ctx: &Context<Config>, id: &str, spec: &Spec) -> Result<Established> {
        let api = Api::new(ctx)?;
        let account = Account::new(&api)?;
        owned(&account, id, spec)?;
        account.set_secret(id, &spec.secret)?;
        let configured = account.configuration(id)?;
        established(&account, id, spec, &configured)
    }

    fn delete(&self, ctx: &Context<Config>, id: &str, owner: &str) -> Result<()> {
        let api = Api::new(ctx)?;
        let account = Account::new(&api)?;
        let Some(tunnel) = account.tunnel(id)? else {
            return Ok(());
        };
        Identity::of_item(&tunnel)?.check(owner)?;
        account.disconnect(id)?;
        match account.remove(id) {
            Ok(()) => Ok(()),
            Err(Failure::Refused(refusal)) if refusal.is_absent() => Ok(()),
            Err(Failure::Refused(refusal)) if refusal.has(&CONNECTED) => {
                Err(Error::Transient(TransientError {
                    retry_after_ms: Some(DRAINING_MS),
                    message: refusal.said(),
                }))
            }
            Err(failure) => Err(failure.into_error()),
        }
    }

    fn list_owned(
        &self,
        ctx: &Context<Config>,
        owner_prefix: &str,
        cursor: Option<&str>,
    ) -> Result<Page> {
        let api = Api::new(ctx)?;
        let account = Account::new(&api)?;
        let page = cursor.map_or(Ok(1), |cursor| {
            cursor.parse().map_err(|_| {
                Error::invalid("cursor", format!("`{cursor}` is no page of this listing"))
            })
        })?;
        let (tunnels, next) = account.page(page)?;
        let mut items = Vec::new();
        for tunnel in tunnels {
            let owner = Identity::parse(&tunnel.name).owner;
            if owner.is_some_and(|owner| owner.starts_with(owner_prefix)) {
                let configured = account.configuration(&tunnel.id)?;
                items.push(observed(tunnel, &configured, None));
            }
        }
        Ok(Page {
            items,
            next: next.map(|page| page.to_string()),
        })
    }
}

/// The identifier of this owner's tunnel of this name.
fn find(account: &Account<'_>, wanted: &Identity) -> Result<Option<String>> {
    let mut ours = None;
    for tunnel in account.named(&wanted.name)? {
        let found = Identity::parse(&tunnel.name);
        if found.name == wanted.name {
            found.check(wanted.owner.as_deref().unwrap_or_default())?;
            ours = Some(tunnel.id);
        }
    }
    Ok(ours)
}

/// Whether the tunnel is there and the owner's.
fn owned(account: &Account<'_>, id: &str, spec: &Spec) -> Result<()> {
    let Some(tunnel) = account.tunnel(id)? else {
        return Err(Error::NotFound(format!(
            "there is no tunnel `{id}` at Cloudflare"
        )));
    };
    Identity::of_item(&tunnel)?.check(&spec.owner)
}

fn established(
    account: &Account<'_>,
    id: &str,
    spec: &Spec,
    configured: &Configured,
) -> Result<Established> {
    Ok(Established {
        id: id.to_owned(),
        target: Target::Hostname(format!("{id}.cfargotunnel.com")),
        version: configured.version.to_string(),
        connector: connector::connector(account.image(), account.id(), id, &spec.secret)?,
    })
}

fn observed(tunnel: TunnelItem, configured: &Configured, connections: Option<u32>) -> Observed {
    let identity = Identity::parse(&tunnel.name);
    Observed {
        id: tunnel.id,
        name: identity.name,
        owner: identity.owner,
        routes: routes(configured.config.as_ref()),
        version: configured.version.to_string(),
        connections,
    }
}
