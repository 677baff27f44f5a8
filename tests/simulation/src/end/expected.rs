//! Whether an object can be Ready, from the world alone.

use crate::{
    api::{Id, Object},
    cluster::{Behaviour, behaviour},
    providers::REFUSED,
    rules::{FOREIGN, hosts, type_name},
    script::ZONE,
    world::World,
};
use maquette_operator::cluster::Kind;

/// Whether the object can be Ready, and why; nothing where that depends on who was first.
pub(super) fn expected(world: &World, id: &Id, object: &Object) -> Option<(bool, String)> {
    match id.kind()? {
        Kind::Workspace => workspace(world, id, object),
        Kind::DNSRecord => {
            let spec = &object.value["spec"];
            name(
                world,
                id,
                spec["name"].as_str()?,
                spec["zone"].as_str(),
                spec["type"].as_str(),
            )
        }
        Kind::Tunnel => {
            let routes = object.value["spec"]["routes"].as_array()?;
            let hosts = || routes.iter().filter_map(|route| route["host"].as_str());
            if hosts().any(|host| claims(world, host) > 1) {
                return None;
            }
            if hosts().any(|host| host.starts_with(REFUSED)) {
                return Some((false, "the provider refuses the host".to_owned()));
            }
            let host = hosts().next()?;
            match object.value["spec"].get("dns") {
                Some(_) => name(world, id, host, Some(ZONE), None),
                None => Some((true, "nothing is in its way".to_owned())),
            }
        }
        Kind::Provider | Kind::Plugin => Some((true, "nothing is in its way".to_owned())),
        _ => None,
    }
}

fn workspace(world: &World, id: &Id, object: &Object) -> Option<(bool, String)> {
    let spec = &object.value["spec"];
    for component in spec["components"].as_array()? {
        let broken = behaviour(&component["template"]);
        if matches!(broken, Behaviour::Crashes | Behaviour::Missing) {
            return Some((
                false,
                format!("its component {} is broken", component["name"]),
            ));
        }
        let child = format!("{}-{}", id.name, component["name"].as_str()?);
        for kind in [Kind::Deployment, Kind::StatefulSet, Kind::Service] {
            let child = Id::of(kind, &id.namespace, &child);
            let held = world.store.get(&child);
            let wanted = if kind == Kind::Service {
                component.pointer("/template/containers/0/ports").is_some()
            } else {
                component["workload"] == kind.name()
            };
            if wanted && held.is_some_and(|held| held.annotation(FOREIGN).is_some()) {
                return Some((false, format!("{child} belongs to others")));
            }
        }
    }
    let networking = spec.get("networking")?;
    let routed = networking["routes"]
        .as_array()
        .is_some_and(|routes| !routes.is_empty());
    if !routed {
        return Some((true, "nothing is in its way".to_owned()));
    }
    let hosts = hosts(object, &id.name);
    if hosts.iter().any(|host| claims(world, host) > 1) {
        return None;
    }
    if networking["gateway"]["name"] == "none" {
        return Some((false, "there is no such Gateway".to_owned()));
    }
    let tunnel = networking.get("tunnel").is_some();
    for host in &hosts {
        if tunnel && host.starts_with(REFUSED) {
            return Some((false, "the provider refuses the host".to_owned()));
        }
        if networking.get("dns").is_some() {
            let zone = networking["dns"]["zone"].as_str();
            let wanted = name(
                world,
                id,
                host,
                zone,
                Some(if tunnel { "CNAME" } else { "A" }),
            );
            if !matches!(wanted, Some((true, _))) {
                return wanted;
            }
        }
    }
    Some((true, "nothing is in its way".to_owned()))
}

/// Objects of users that want a host.
fn claims(world: &World, host: &str) -> usize {
    let workspaces = world.store.of_kind(Kind::Workspace);
    let workspaces = workspaces.filter(|(id, object)| hosts(object, &id.name).contains(host));
    let tunnels = world.store.of_kind(Kind::Tunnel).filter(|(_, tunnel)| {
        let routes = tunnel.value["spec"]["routes"].as_array();
        tunnel.owners().next().is_none()
            && routes
                .into_iter()
                .flatten()
                .any(|route| route["host"] == host)
    });
    let records = world.store.of_kind(Kind::DNSRecord);
    let records = records.filter(|(_, record)| {
        record.owners().next().is_none() && record.value["spec"]["name"] == host
    });
    workspaces.count() + tunnels.count() + records.count()
}

/// Whether a name can be kept.
fn name(
    world: &World,
    id: &Id,
    name: &str,
    zone: Option<&str>,
    kind: Option<&str>,
) -> Option<(bool, String)> {
    if claims(world, name) > 1 {
        return None;
    }
    if zone.is_some_and(|zone| zone != ZONE) {
        return Some((false, "the zone does not exist".to_owned()));
    }
    if name.starts_with(REFUSED) {
        return Some((false, "the provider refuses the name".to_owned()));
    }
    let records = world.servers.dns.get("dns")?.zones.get(ZONE)?;
    let foreign = records
        .iter()
        .find(|((held, _), record)| held == name && record.owner.is_none());
    match foreign {
        // Another type of the same name may or may not be in the way.
        Some(((_, held), _)) if kind == Some(type_name(*held)) => {
            Some((false, format!("{name} belongs to others, for {id}")))
        }
        Some(_) => None,
        None => Some((true, "nothing is in its way".to_owned())),
    }
}
