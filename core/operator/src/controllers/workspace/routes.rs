//! Hosts, routes and record sets of a workspace.

use super::observe::{Gateway, Observed};
use crate::{
    cluster::{Key, Kind},
    engine::{Desired, managed_labels, owner_reference},
};
use maquette_api::{
    FINALIZER, WORKSPACE_LABEL, Workspace,
    workspace::{Networking, Route},
};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};

/// Every host of the workspace.
pub(super) fn hosts(workspace: &Workspace) -> BTreeSet<String> {
    let networking = workspace.spec.networking.as_ref();
    networking
        .into_iter()
        .flat_map(|networking| {
            networking
                .routes
                .iter()
                .filter_map(|route| host(workspace, networking, route))
        })
        .collect()
}

/// The host of a route: its own, else `<workspace>.<zone>`.
pub(super) fn host(
    workspace: &Workspace,
    networking: &Networking,
    route: &Route,
) -> Option<String> {
    let name = workspace.metadata.name.as_deref()?;
    route
        .host
        .clone()
        .or_else(|| Some(format!("{name}.{}", networking.dns.as_ref()?.zone)))
}

/// Name of the objects that are made for a host: one route and one record set.
pub(super) fn object_name(workspace: &str, host: &str) -> String {
    let digest = Sha256::digest(host);
    format!(
        "{workspace}-{}",
        hex::encode(digest.get(..4).unwrap_or_default())
    )
}

/// The address of a route.
pub(super) fn url(
    gateway: &Gateway,
    section: Option<&str>,
    host: &str,
    path: Option<&str>,
) -> Option<String> {
    let wanted =
        |listener: &&(String, String, u16)| section.is_none_or(|section| listener.0 == section);
    let usable = || gateway.listeners.iter().filter(wanted);
    let (_, protocol, port) = usable()
        .find(|l| l.1 == "HTTPS")
        .or_else(|| usable().find(|l| l.1 == "HTTP"))?;
    let (scheme, default) = if protocol == "HTTPS" {
        ("https", 443)
    } else {
        ("http", 80)
    };
    let port = if *port == default {
        String::new()
    } else {
        format!(":{port}")
    };
    Some(format!(
        "{scheme}://{host}{port}{}",
        path.filter(|path| *path != "/").unwrap_or_default()
    ))
}

/// Addresses of all routes that this workspace may have, in the order of the spec. Empty until the Gateway is ready.
pub(super) fn urls(workspace: &Workspace, observed: &Observed) -> Vec<String> {
    let (Some(networking), Some(Ok(gateway))) = (&workspace.spec.networking, &observed.gateway)
    else {
        return Vec::new();
    };
    let section = networking
        .gateway
        .as_ref()
        .and_then(|gateway| gateway.section_name.as_deref());
    let mut urls = Vec::new();
    for route in &networking.routes {
        let Some(host) = host(workspace, networking, route)
            .filter(|host| !observed.hosts_taken.contains_key(host))
        else {
            continue;
        };
        let url = url(gateway, section, &host, route.path.as_deref());
        urls.extend(url.filter(|url| !urls.contains(url)));
    }
    urls
}

/// One `HTTPRoute` and, with `dns`, one `DNSRecord` for each host that is not taken.
pub(super) fn desired(workspace: &Workspace, observed: &Observed) -> Vec<Desired> {
    let (Some(networking), Some(Ok(gateway))) = (&workspace.spec.networking, &observed.gateway)
    else {
        return Vec::new();
    };
    let mut objects = Vec::new();
    for host in hosts(workspace)
        .into_iter()
        .filter(|host| !observed.hosts_taken.contains_key(host))
    {
        objects.push(http_route(workspace, networking, &host));
        if let (Some(dns), Some(provider)) = (&networking.dns, &observed.dns_provider) {
            let ttl = dns.ttl.unwrap_or(60);
            let (kind, values) = record_data(gateway);
            let spec = json!({ "provider": provider, "zone": dns.zone, "name": host, "type": kind, "values": values, "ttl": ttl });
            objects.push(object(workspace, Kind::DNSRecord, &host, spec).with_finalizer(FINALIZER));
        }
    }
    let is_free = |object: &Desired| !observed.taken.contains(&(object.kind, object.key.clone()));
    objects.retain(is_free);
    objects
}

fn record_data(gateway: &Gateway) -> (&'static str, Vec<String>) {
    let addresses = |v4: bool| -> Vec<String> {
        let parsed = gateway
            .addresses
            .iter()
            .filter(|(kind, _)| kind == "IPAddress")
            .filter_map(|(_, value)| value.parse::<IpAddr>().ok());
        parsed
            .filter(|address| address.is_ipv4() == v4)
            .map(|address| address.to_string())
            .collect()
    };
    match (addresses(true), addresses(false)) {
        (v4, _) if !v4.is_empty() => ("A", v4),
        (_, v6) if !v6.is_empty() => ("AAAA", v6),
        _ => (
            "CNAME",
            gateway
                .addresses
                .iter()
                .map(|(_, value)| value.trim_end_matches('.').to_lowercase())
                .take(1)
                .collect(),
        ),
    }
}

fn http_route(workspace: &Workspace, networking: &Networking, host: &str) -> Desired {
    let mut parent = json!({ "group": "gateway.networking.k8s.io", "kind": "Gateway" });
    if let (Some(gateway), Some(map)) = (&networking.gateway, parent.as_object_mut()) {
        map.insert("name".to_owned(), json!(gateway.name));
        if let Some(namespace) = &gateway.namespace {
            map.insert("namespace".to_owned(), json!(namespace));
        }
        if let Some(section) = &gateway.section_name {
            map.insert("sectionName".to_owned(), json!(section));
        }
    }
    let of_host = networking
        .routes
        .iter()
        .filter(|route| self::host(workspace, networking, route).as_deref() == Some(host));
    let rules: Vec<Value> = of_host.filter_map(|route| rule(workspace, route)).collect();
    object(
        workspace,
        Kind::HTTPRoute,
        host,
        json!({ "parentRefs": [parent], "hostnames": [host], "rules": rules }),
    )
}

fn rule(workspace: &Workspace, route: &Route) -> Option<Value> {
    let name = workspace.metadata.name.as_deref()?;
    let port = target_port(workspace, route)?;
    let service = format!("{name}-{}", route.to.component);
    Some(json!({
        "matches": [{ "path": { "type": "PathPrefix", "value": route.path.as_deref().unwrap_or("/") } }],
        "backendRefs": [{ "group": "", "kind": "Service", "name": service, "port": port, "weight": 1 }],
    }))
}

/// Port of the network that the route leads to, where that is clear.
pub(super) fn target_port(workspace: &Workspace, route: &Route) -> Option<u16> {
    let component = workspace
        .spec
        .components
        .iter()
        .find(|component| component.name == route.to.component)?;
    let networks = crate::controllers::component::networks(&component.spec);
    match (&route.to.network, networks.as_slice()) {
        (Some(name), networks) => networks
            .iter()
            .find(|network| network.name == *name)
            .map(|network| network.port),
        (None, [only]) => Some(only.port),
        (None, _) => None,
    }
}

fn object(workspace: &Workspace, kind: Kind, host: &str, spec: Value) -> Desired {
    let key = Key::of(&workspace.metadata);
    let mut labels = managed_labels(&key.name);
    labels.insert(WORKSPACE_LABEL.to_owned(), key.name.clone());
    let own = Key::new(key.namespace, object_name(&key.name, host));
    let body = Map::from_iter([("spec".to_owned(), spec)]);
    Desired::new(
        kind,
        own,
        owner_reference(Kind::Workspace, workspace),
        &labels,
        &BTreeMap::new(),
        body,
    )
}
