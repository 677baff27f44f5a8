//! The requests about tunnels of one account. Nothing is decided here.

use maquette_sdk::http::{Method, escape};
use maquette_sdk::{Error, Result};
use serde::de::IgnoredAny;

use super::wire::{Client, Configuration, Configured, Creation, Edit, Replacement, TunnelItem};
use crate::api::Api;
use crate::failure::Failure;

/// Tunnels of one page of a listing. Each of ours costs a request more, and a call may make 1,000.
const PAGE: usize = 50;

/// One account.
pub(super) struct Account<'a> {
    api: &'a Api<'a>,
    id: &'a str,
    root: String,
}

impl<'a> Account<'a> {
    pub(super) fn new(api: &'a Api<'a>) -> Result<Self> {
        let Some(id) = api.config.account_id.as_deref() else {
            let message =
                "tunnels belong to an account; add its identifier, which the dashboard shows";
            return Err(Error::invalid("config.accountId", message));
        };
        Ok(Self {
            api,
            id,
            root: format!("/accounts/{}/cfd_tunnel", escape(id)),
        })
    }

    pub(super) fn id(&self) -> &str {
        self.id
    }

    pub(super) fn image(&self) -> &str {
        &self.api.config.image
    }

    /// Tunnels whose names at Cloudflare start with this.
    pub(super) fn named(&self, start: &str) -> Result<Vec<TunnelItem>> {
        let query = format!("&is_deleted=false&include_prefix={}", escape(start));
        self.api.list(&self.root, &query, PAGE)
    }

    /// One page of all tunnels, and which the next is.
    pub(super) fn page(&self, page: usize) -> Result<(Vec<TunnelItem>, Option<usize>)> {
        let tunnels: Vec<TunnelItem> =
            self.api.page(&self.root, "&is_deleted=false", page, PAGE)?;
        let next = (tunnels.len() == PAGE).then_some(page + 1);
        Ok((tunnels, next))
    }

    /// The tunnel of this identifier, if it is there.
    pub(super) fn tunnel(&self, id: &str) -> Result<Option<TunnelItem>> {
        if !is_uuid(id) {
            return Ok(None);
        }
        match self.api.get::<TunnelItem>(&self.path(id, "")) {
            Ok(tunnel) => Ok(Some(tunnel).filter(|tunnel| tunnel.deleted_at.is_none())),
            Err(Failure::Refused(refusal)) if refusal.is_absent() => Ok(None),
            Err(failure) => Err(failure.into_error()),
        }
    }

    pub(super) fn create(&self, name: &str, secret: &str) -> Result<TunnelItem, Failure> {
        let creation = Creation {
            name,
            config_src: "cloudflare",
            tunnel_secret: secret,
        };
        self.api.write(Method::POST, &self.root, &creation)
    }

    pub(super) fn set_secret(&self, id: &str, secret: &str) -> Result<()> {
        let edit = Edit {
            tunnel_secret: secret,
        };
        self.api
            .write(Method::PATCH, &self.path(id, ""), &edit)
            .map(|IgnoredAny| ())
            .map_err(Failure::into_error)
    }

    pub(super) fn configuration(&self, id: &str) -> Result<Configured> {
        let path = self.path(id, "/configurations");
        self.api.get(&path).map_err(Failure::into_error)
    }

    /// Replaces the configuration.
    pub(super) fn configure(&self, id: &str, config: Configuration) -> Result<Configured> {
        let path = self.path(id, "/configurations");
        let configured = self.api.write(Method::PUT, &path, &Replacement { config });
        configured.map_err(|failure| match failure {
            Failure::Refused(refusal) => refusal.meaning("routes"),
            Failure::Failed(error) => error,
        })
    }

    /// Connections that are there and stay.
    pub(super) fn connections(&self, id: &str) -> Result<u32> {
        let path = self.path(id, "/connections");
        let clients: Vec<Client> = self.api.get(&path).map_err(Failure::into_error)?;
        let count = clients
            .iter()
            .flat_map(|client| &client.conns)
            .filter(|connection| !connection.is_pending_reconnect)
            .count();
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    /// Ends all connections.
    pub(super) fn disconnect(&self, id: &str) -> Result<()> {
        match self.api.delete(&self.path(id, "/connections")) {
            Err(Failure::Refused(refusal)) if refusal.is_absent() => Ok(()),
            other => other.map_err(Failure::into_error),
        }
    }

    /// Removes a tunnel without connections.
    pub(super) fn remove(&self, id: &str) -> Result<(), Failure> {
        self.api.delete(&self.path(id, ""))
    }

    fn path(&self, id: &str, rest: &str) -> String {
        format!("{}/{}{rest}", self.root, escape(id))
    }
}

/// Whether it is an identifier of tunnels. Cloudflare does not tell others from an account that it does not know.
fn is_uuid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    lengths == [8, 4, 4, 4, 12]
        && parts
            .iter()
            .all(|part| part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
