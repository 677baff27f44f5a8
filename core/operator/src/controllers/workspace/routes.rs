//! Routes and record sets of a workspace.

use super::{
    names,
    observe::{Gateway, Observed},
    places::{Place, places},
};
use crate::{
    cluster::{Key, Kind},
    engine::{Desired, managed_labels, owner_reference},
};
use maquette_api::{FINALIZER, WORKSPACE_LABEL, Workspace, workspace::Networking};
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, net::IpAddr};

/// The address of a route.
pub(super) fn url(
    gateway: &Gateway,
    section: Option<&str>,
    host: &str,
    path: &str,
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
    let path = if path == "/" { "" } else { path };
    Some(format!("{scheme}://{host}{port}{path}"))
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
    for place in free(workspace, observed) {
        let url = url(gateway, section, &place.host, &place.path);
        urls.extend(url.filter(|url| !urls.contains(url)));
    }
    urls
}

/// Places whose host no older workspace has.
fn free<'a>(workspace: &'a Workspace, observed: &Observed) -> Vec<Place<'a>> {
    let mut places = places(workspace).unwrap_or_default();
    places.retain(|place| !observed.hosts_taken.contains_key(&place.host));
    places
}

/// One `HTTPRoute` and, with `dns`, one `DNSRecord` for each host that is not taken.
pub(super) fn desired(workspace: &Workspace, observed: &Observed) -> Vec<Desired> {
    let (Some(networking), Some(Ok(gateway))) = (&workspace.spec.networking, &observed.gateway)
    else {
        return Vec::new();
    };
    let mut objects = Vec::new();
    let mut hosts: BTreeMap<String, Vec<Place<'_>>> = BTreeMap::new();
    for place in free(workspace, observed) {
        hosts.entry(place.host.clone()).or_default().push(place);
    }
    for (host, places) in hosts {
        objects.push(http_route(workspace, networking, &host, &places));
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

fn http_route(
    workspace: &Workspace,
    networking: &Networking,
    host: &str,
    places: &[Place<'_>],
) -> Desired {
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
    let rules: Vec<Value> = places.iter().map(|place| rule(workspace, place)).collect();
    object(
        workspace,
        Kind::HTTPRoute,
        host,
        json!({ "parentRefs": [parent], "hostnames": [host], "rules": rules }),
    )
}

fn rule(workspace: &Workspace, place: &Place<'_>) -> Value {
    let service = names::of_component(workspace, &place.route.to.component).name;
    json!({
        "matches": [{ "path": { "type": "PathPrefix", "value": place.path } }],
        "backendRefs": [{ "group": "", "kind": "Service", "name": service, "port": place.port, "weight": 1 }],
    })
}

fn object(workspace: &Workspace, kind: Kind, host: &str, spec: Value) -> Desired {
    let key = Key::of(&workspace.metadata);
    let mut labels = managed_labels(&key.name);
    labels.insert(WORKSPACE_LABEL.to_owned(), key.name.clone());
    let own = Key::new(key.namespace, names::of_host(&key.name, host));
    let body = Map::from_iter([("spec".to_owned(), spec)]);
    Desired::new(
        kind,
        own,
        &owner_reference(Kind::Workspace, workspace),
        &labels,
        &BTreeMap::new(),
        body,
    )
}
