//! What exists at providers, and what the ledgers say of it.

use super::{hosts, workspace_of};
use crate::{
    api::{Id, Object},
    providers::{DnsServer, Record},
    world::World,
};
use maquette_host::{dns::RecordType, kinds::tunnel::Spec};
use maquette_operator::cluster::Kind;
use serde_json::Value;
use std::sync::Arc;

/// Namespace and name of the object that a mark names.
pub(crate) fn marked(owner: &str) -> Option<(&str, &str)> {
    let mut parts = owner.strip_prefix("maquette/")?.splitn(3, '/');
    parts.next()?;
    Some((parts.next()?, parts.next()?))
}

/// The server that a Provider object stands for.
pub(crate) fn server_of<'a>(world: &'a World, provider: &str) -> Option<&'a str> {
    let provider = world.store.get(&Id::of(Kind::Provider, "", provider))?;
    provider.value["spec"]["config"]["server"].as_str()
}

/// The type of a record set as the API writes it.
pub(crate) fn type_name(kind: RecordType) -> &'static str {
    match kind {
        RecordType::A => "A",
        RecordType::Aaaa => "AAAA",
        RecordType::Cname => "CNAME",
        RecordType::Txt => "TXT",
    }
}

fn entries(object: &Object) -> &[Value] {
    let ledger = object.value["status"]["ledger"].as_array();
    ledger.map(Vec::as_slice).unwrap_or_default()
}

/// A record set changed.
pub(crate) fn record(
    world: &mut World,
    server: &str,
    zone: &str,
    (name, kind): &(String, RecordType),
    before: Option<&Record>,
    after: Option<&Record>,
) {
    let owner = |held: Option<&Record>| held?.owner.clone();
    let Some(owner) = owner(after).or_else(|| owner(before)) else {
        return;
    };
    let Some((namespace, object)) = marked(&owner) else {
        return;
    };
    let object = world
        .store
        .get(&Id::of(Kind::DNSRecord, namespace, object))
        .cloned();
    let namespace = namespace.to_owned();
    if after.is_some() {
        let is_kept = object.as_ref().is_some_and(|object| {
            entries(object).iter().any(|entry| {
                entry["zone"] == zone
                    && entry["name"] == *name
                    && entry["type"] == type_name(*kind)
                    && entry["provider"].as_str().and_then(|p| server_of(world, p)) == Some(server)
            })
        });
        if !is_kept {
            world.violate(
                "ledger",
                format!(
                    "{name} {} of {owner} exists at {server}, and no ledger has it",
                    type_name(*kind)
                ),
            );
        }
        return;
    }
    // It was removed: not from a workspace that is served by it and still wants it. An alias, which leads to a tunnel, is all
    // that a name has.
    if let Some(object) = object
        && let Some((id, workspace)) = workspace_of(world, &object, &namespace)
        && !workspace.is_terminating()
        && workspace.value["spec"]["networking"]["dns"]["zone"] == zone
        && hosts(&workspace, &id.name).contains(name)
        && object.value["spec"]["name"] == *name
        && object.value["spec"]["type"] == type_name(*kind)
        && object.is_terminating()
        && (type_name(*kind) == "CNAME"
            || workspace.value["spec"]["networking"]
                .get("tunnel")
                .is_none())
    {
        world.violate(
            "host",
            format!("{name} is taken from {id}, which is served by it and still wants it"),
        );
    }
}

/// A tunnel was created.
pub(crate) fn tunnel_made(world: &mut World, server: &str, spec: &Spec) {
    let tunnels = world.servers.tunnels.get(server);
    let same = tunnels
        .into_iter()
        .flat_map(|server| server.tunnels.values());
    let same = same.filter(|held| held.owner.as_ref() == Some(&spec.owner));
    if same.count() > 1 {
        world.violate(
            "duplicates",
            format!("{} has two tunnels at {server}", spec.owner),
        );
    }
    let object = marked(&spec.owner)
        .and_then(|(namespace, name)| world.store.get(&Id::of(Kind::Tunnel, namespace, name)));
    let is_kept = object.is_some_and(|object| {
        entries(object)
            .iter()
            .any(|entry| entry["name"] == spec.name.as_str())
    });
    if !is_kept {
        world.violate(
            "ledger",
            format!(
                "the tunnel {} of {} exists at {server}, and no ledger has it",
                spec.name, spec.owner
            ),
        );
    }
}

/// A tunnel was deleted: its connector is gone by then.
pub(crate) fn tunnel_gone(world: &mut World, name: &str) {
    let pods = world.store.of_kind(Kind::Pod);
    let pod = pods
        .filter(|(id, _)| *id.namespace == *crate::NAMESPACE)
        .find(|(_, pod)| pod.label("app.kubernetes.io/instance") == Some(name));
    if let Some((pod, _)) = pod {
        let message = format!("the tunnel {name} is deleted before its connector's {pod}");
        world.violate("order", message);
    }
}

/// A ledger changed: what it forgets does not exist any more.
pub(super) fn ledger(
    world: &mut World,
    id: &Id,
    before: Option<&Arc<Object>>,
    after: Option<&Arc<Object>>,
) {
    let Some(before) = before else { return };
    let abandoned = |object: &Object| object.annotation("maquette.dev/abandon") == Some("true");
    if after.is_none() && abandoned(before) {
        return;
    }
    let kept = |entry: &Value| {
        let mut held = after.into_iter().flat_map(|after| entries(after));
        held.any(|held| {
            let mut fields = ["provider", "zone", "name", "type"].iter();
            fields.all(|field| held[*field] == entry[*field])
        })
    };
    for entry in entries(before).iter().filter(|entry| !kept(entry)) {
        if let Some(left) = left_behind(world, id, entry) {
            world.violate("ledger", format!("{id} forgets {left}, which still exists"));
            return;
        }
    }
}

fn left_behind(world: &World, id: &Id, entry: &Value) -> Option<String> {
    let server = server_of(world, entry["provider"].as_str()?)?;
    let is_own = |owner: Option<&String>| {
        owner.and_then(|owner| marked(owner)) == Some((&*id.namespace, &*id.name))
    };
    let name = entry["name"].as_str()?;
    if id.is(Kind::Tunnel) {
        let held = world.servers.tunnels.get(server)?;
        let mut tunnels = held.tunnels.values();
        return tunnels
            .any(|held| held.name == name && is_own(held.owner.as_ref()))
            .then(|| format!("the tunnel {name}"));
    }
    let records = world
        .servers
        .dns
        .get(server)?
        .zones
        .get(entry["zone"].as_str()?)?;
    records
        .iter()
        .any(|((held, kind), record)| {
            held == name && entry["type"] == type_name(*kind) && is_own(record.owner.as_ref())
        })
        .then(|| format!("the record set {name}"))
}

/// Everything at a provider that carries an owner's mark.
pub(crate) fn owned(server: &DnsServer) -> impl Iterator<Item = (&String, &String)> {
    server.zones.values().flat_map(|records| {
        records
            .iter()
            .filter_map(|((name, _), held)| Some((name, held.owner.as_ref()?)))
    })
}
