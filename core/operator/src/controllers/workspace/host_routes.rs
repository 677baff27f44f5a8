//! The routes of a workspace with their hosts, paths and ports, where everything in them makes sense.

use super::error::SpecError;
use crate::{cluster::Key, controllers::component::networks};
use maquette_api::{
    Workspace, reason,
    workspace::{Networking, Route},
};
use maquette_graph::interpolation::{Reference, Template, Unresolved, nearest};
use std::collections::BTreeSet;

/// Longest host (RFC 1035, section 2.3.4) and longest label of one, in characters.
const HOST_MAX: usize = 253;
const LABEL_MAX: usize = 63;

/// A route with its host, path and port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct HostRoute {
    /// The component that it leads to.
    pub(super) component: String,
    /// Host name in lower case without the final dot.
    pub(super) host: String,
    /// Path prefix.
    pub(super) path: String,
    /// Port of the Service that it leads to.
    pub(super) port: u16,
}

/// Every route of the workspace, or the first that makes no sense.
pub(super) fn host_routes(workspace: &Workspace) -> Result<Vec<HostRoute>, SpecError> {
    let Some(networking) = &workspace.spec.networking else {
        return Ok(Vec::new());
    };
    let mut seen = BTreeSet::new();
    let mut routes = Vec::new();
    for (index, route) in networking.routes.iter().enumerate() {
        let field = format!("spec.networking.routes[{index}]");
        let found = HostRoute {
            component: route.to.component.clone(),
            host: host(workspace, networking, route, &field)?,
            path: text(
                workspace,
                route.path.as_deref().unwrap_or("/"),
                &format!("{field}.path"),
            )?,
            port: port(workspace, route, &field)?,
        };
        if !seen.insert((found.host.clone(), found.path.clone())) {
            return invalid(format!(
                "{field}: another route has the same host and path; set path or host"
            ));
        }
        routes.push(found);
    }
    Ok(routes)
}

/// Name of the Provider of the tunnel that the workspace wants.
pub(super) fn tunnel_provider(workspace: &Workspace) -> Option<&str> {
    let tunnel = workspace.spec.networking.as_ref()?.tunnel.as_ref()?;
    Some(&tunnel.provider)
}

fn invalid<T>(message: String) -> Result<T, SpecError> {
    Err(SpecError {
        reason: reason::INVALID_SPEC,
        message,
    })
}

/// The route's own host, else `<workspace>.<zone>`.
fn host(
    workspace: &Workspace,
    networking: &Networking,
    route: &Route,
    field: &str,
) -> Result<String, SpecError> {
    let zone = networking.dns.as_ref().map(|dns| dns.zone.as_str());
    let name = workspace.metadata.name.as_deref().unwrap_or_default();
    let host = match (&route.host, zone) {
        (Some(host), _) => text(workspace, host, &format!("{field}.host"))?,
        (None, Some(zone)) => format!("{name}.{zone}"),
        (None, None) => {
            return invalid(format!(
                "{field}.host: set it, or spec.networking.dns.zone, which makes it"
            ));
        }
    };
    if host.len() > HOST_MAX || !host.split('.').all(is_label) {
        return invalid(format!(
            "{field}.host: {host} is not a host name: labels of at most {LABEL_MAX} lower-case letters, digits and '-', \
             at most {HOST_MAX} characters in all"
        ));
    }
    let outside = |zone: &&str| {
        host != **zone
            && !host
                .strip_suffix(*zone)
                .is_some_and(|rest| rest.ends_with('.'))
    };
    if let Some(zone) = zone.filter(outside) {
        return invalid(format!(
            "{field}.host: {host} does not lie in spec.networking.dns.zone {zone}"
        ));
    }
    Ok(host)
}

fn is_label(label: &str) -> bool {
    (1..=LABEL_MAX).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Port of the network that the route leads to, where that is clear.
fn port(workspace: &Workspace, route: &Route, field: &str) -> Result<u16, SpecError> {
    let component = workspace
        .spec
        .components
        .iter()
        .find(|component| component.name == route.to.component);
    let networks = component
        .map(|component| networks(&component.spec))
        .unwrap_or_default();
    let found = match (&route.to.network, networks.as_slice()) {
        (Some(name), networks) => networks.iter().find(|network| network.name == *name),
        (None, [only]) => Some(only),
        (None, _) => None,
    };
    if let Some(network) = found {
        return Ok(network.port);
    }
    let known: Vec<&str> = networks
        .iter()
        .map(|network| network.name.as_str())
        .collect();
    let known = if known.is_empty() {
        "none, so declare one".to_owned()
    } else {
        known.join(", ")
    };
    invalid(format!(
        "{field}.to.network: name one of the networks of {}; it has: {known}",
        route.to.component
    ))
}

/// The text with the workspace's name and namespace put in.
fn text(workspace: &Workspace, text: &str, field: &str) -> Result<String, SpecError> {
    let unknown = |message: String| SpecError {
        reason: reason::UNKNOWN_REFERENCE,
        message: format!("{field}: {message}"),
    };
    let template = Template::parse(text).map_err(|error| unknown(error.to_string()))?;
    let key = Key::of(&workspace.metadata);
    let resolve = |reference: &Reference| {
        let path: Vec<&str> = reference.path().iter().map(String::as_str).collect();
        match (reference.namespace(), path.as_slice()) {
            ("workspace", ["name"]) => Ok(key.name.clone()),
            ("workspace", ["namespace"]) => Ok(key.namespace.clone()),
            _ => Err(Unresolved::Unknown {
                nearest: nearest(
                    &reference.to_string(),
                    ["workspace::name", "workspace::namespace"].into_iter(),
                ),
            }),
        }
    };
    template.render(resolve).map_err(|errors| {
        let said = errors
            .iter()
            .map(|(reference, error)| format!("`{reference}` {error}"));
        unknown(said.collect::<Vec<_>>().join("; "))
    })
}
