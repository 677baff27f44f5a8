//! Routes, tunnel and record sets of a workspace.

use super::{
    names,
    observe::{Gateway, Observed},
    places::{Place, places},
    reach, tunnel,
};
use crate::{
    cluster::{Key, Kind},
    controllers::records::{self, Record},
    engine::{Desired, managed_labels, owner_reference},
};
use maquette_api::{
    DNSRecord, WORKSPACE_LABEL, Workspace,
    workspace::{GatewayRef, Networking},
};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

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

/// Addresses of all routes that this workspace may have, in the order of the spec: through the tunnel where there is
/// one. Empty until the Gateway is ready, or the tunnel's Provider exists.
pub(super) fn urls(workspace: &Workspace, observed: &Observed) -> Vec<String> {
    let Some(networking) = &workspace.spec.networking else {
        return Vec::new();
    };
    let section = networking
        .gateway
        .as_ref()
        .and_then(|gateway| gateway.section_name.as_deref());
    let mut urls = Vec::new();
    for place in free(workspace, observed) {
        let (host, path) = (&place.host, &place.path);
        let url = match (&networking.tunnel, observed.entrance, &observed.gateway) {
            (Some(_), entrance, _) => entrance.map(|entrance| entrance.url(host, path)),
            (None, _, Some(Ok(gateway))) => url(gateway, section, host, path),
            _ => None,
        };
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

/// For each host that is not taken one `HTTPRoute`, where there is a Gateway, and with `dns` one `DNSRecord`; and one
/// `Tunnel` for all of them, where one is wanted.
pub(super) fn desired(workspace: &Workspace, observed: &Observed) -> Vec<Desired> {
    let Some(networking) = &workspace.spec.networking else {
        return Vec::new();
    };
    let places = free(workspace, observed);
    let mut objects: Vec<Desired> = tunnel::desired(workspace, observed, &places)
        .into_iter()
        .collect();
    let mut hosts: BTreeMap<String, Vec<Place<'_>>> = BTreeMap::new();
    for place in places {
        hosts.entry(place.host.clone()).or_default().push(place);
    }
    for (host, places) in hosts {
        if let (Some(gateway), Some(Ok(_))) = (&networking.gateway, &observed.gateway) {
            objects.push(http_route(workspace, gateway, &host, &places));
        }
        objects.extend(record(workspace, networking, observed, &host));
    }
    let is_free = |object: &Desired| !observed.taken.contains(&(object.kind, object.key.clone()));
    objects.retain(is_free);
    objects
}

/// The record set of a host, once it is known what it points to.
fn record(
    workspace: &Workspace,
    networking: &Networking,
    observed: &Observed,
    host: &str,
) -> Option<Desired> {
    let (dns, provider) = (networking.dns.as_ref()?, observed.dns_provider.as_ref()?);
    let key = own_key(workspace, host);
    let mut records = observed.records.iter();
    let held = records.find(|record| Key::of(&record.metadata) == key);
    let held = held.map(AsRef::as_ref);
    let targets = if networking.tunnel.is_some() {
        tunnel::target(workspace, observed, held)?
    } else {
        of_gateway(observed, &key, held)?
    };
    let record = Record {
        key,
        owner: &owner_reference(Kind::Workspace, workspace),
        labels: &labels(workspace),
        provider,
        zone: Some(&dns.zone),
        host,
        targets: &targets,
        ttl: dns.ttl,
    };
    Some(record.desired())
}

/// Addresses of the Gateway. A name that leads elsewhere stays there until the Gateway has taken up its route.
fn of_gateway(observed: &Observed, key: &Key, held: Option<&DNSRecord>) -> Option<Vec<String>> {
    let gateway = observed.gateway.as_ref()?.as_ref().ok()?;
    let addresses = gateway.addresses.iter().map(|(_, value)| value.clone());
    let addresses: Vec<String> = addresses.collect();
    let moves = held.is_some_and(|record| record.spec.values != records::data(&addresses).1);
    (!moves || reach::is_taken_up(observed, key)).then_some(addresses)
}

fn http_route(
    workspace: &Workspace,
    gateway: &GatewayRef,
    host: &str,
    places: &[Place<'_>],
) -> Desired {
    let mut parent =
        json!({ "group": "gateway.networking.k8s.io", "kind": "Gateway", "name": gateway.name });
    if let Some(map) = parent.as_object_mut() {
        if let Some(namespace) = &gateway.namespace {
            map.insert("namespace".to_owned(), json!(namespace));
        }
        if let Some(section) = &gateway.section_name {
            map.insert("sectionName".to_owned(), json!(section));
        }
    }
    let rules: Vec<Value> = places.iter().map(|place| rule(workspace, place)).collect();
    let spec = json!({ "parentRefs": [parent], "hostnames": [host], "rules": rules });
    Desired::new(
        Kind::HTTPRoute,
        own_key(workspace, host),
        &owner_reference(Kind::Workspace, workspace),
        &labels(workspace),
        &BTreeMap::new(),
        Map::from_iter([("spec".to_owned(), spec)]),
    )
}

fn rule(workspace: &Workspace, place: &Place<'_>) -> Value {
    let service = names::of_component(workspace, &place.route.to.component).name;
    json!({
        "matches": [{ "path": { "type": "PathPrefix", "value": place.path } }],
        "backendRefs": [{ "group": "", "kind": "Service", "name": service, "port": place.port, "weight": 1 }],
    })
}

/// Namespace and name of what is made for a host.
fn own_key(workspace: &Workspace, host: &str) -> Key {
    let key = Key::of(&workspace.metadata);
    let name = names::of_host(&key.name, host);
    Key::new(key.namespace, name)
}

fn labels(workspace: &Workspace) -> BTreeMap<String, String> {
    let key = Key::of(&workspace.metadata);
    let mut labels = managed_labels(&key.name);
    labels.insert(WORKSPACE_LABEL.to_owned(), key.name);
    labels
}
