//! Addresses of a workspace's routes.

use super::{
    host_routes::HostRoute,
    observe::{Gateway, Observed},
};
use crate::cluster::Listener;
use maquette_api::Workspace;

/// Addresses of the routes, in the order of the spec: through the tunnel where there is one. Empty until the Gateway is
/// ready, or the tunnel's Provider exists.
pub(super) fn urls<'a>(
    workspace: &Workspace,
    observed: &Observed,
    routes: impl Iterator<Item = &'a HostRoute>,
) -> Vec<String> {
    let Some(networking) = &workspace.spec.networking else {
        return Vec::new();
    };
    let section = networking
        .gateway
        .as_ref()
        .and_then(|gateway| gateway.section_name.as_deref());
    let mut urls = Vec::new();
    for route in routes {
        let (host, path) = (&route.host, &route.path);
        let url = match (&networking.tunnel, observed.entrance, &observed.gateway) {
            (Some(_), entrance, _) => entrance.map(|entrance| entrance.url(host, path)),
            (None, _, Some(Ok(gateway))) => url(gateway, section, host, path),
            _ => None,
        };
        urls.extend(url.filter(|url| !urls.contains(url)));
    }
    urls
}

/// The address of a route: over HTTPS where a listener for its host speaks it.
fn url(gateway: &Gateway, section: Option<&str>, host: &str, path: &str) -> Option<String> {
    let usable = |protocol: &str| {
        gateway.listeners.iter().find(|listener| {
            listener.protocol == protocol
                && section.is_none_or(|section| listener.name == section)
                && accepts(listener, host)
        })
    };
    let (scheme, default, listener) = usable("HTTPS")
        .map(|listener| ("https", 443, listener))
        .or_else(|| usable("HTTP").map(|listener| ("http", 80, listener)))?;
    let port = if listener.port == default {
        String::new()
    } else {
        format!(":{}", listener.port)
    };
    let path = if path == "/" { "" } else { path };
    Some(format!("{scheme}://{host}{port}{path}"))
}

/// Whether the listener accepts the host (Gateway API, `Listener.hostname`).
fn accepts(listener: &Listener, host: &str) -> bool {
    listener.hostname.as_deref().is_none_or(|hostname| {
        hostname.strip_prefix('*').map_or_else(
            || hostname.eq_ignore_ascii_case(host),
            |domain| host.ends_with(&domain.to_ascii_lowercase()),
        )
    })
}
