//! Performs an action.

use super::{Action, Step};
use crate::{
    api::{Actor, Id, Options},
    faults::Window,
    instance,
    providers::Record,
    rules::FOREIGN,
    world::{Shared, World},
};
use maquette_host::dns::{RecordSet, RecordType};
use maquette_operator::cluster::Kind;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::Instant;

/// The server of the Provider `dns`.
const DNS: &str = "dns";

pub(crate) fn perform(sim: &Shared, step: &Step) {
    sim.with(|world| world.tell(|| format!("ACTION {step}")));
    let seconds = |seconds: u64| Instant::now() + Duration::from_secs(seconds);
    match &step.action {
        Action::Crash => sim.with(|world| {
            if let Some(leader) = instance::leading(world) {
                world.kill(leader);
            }
        }),
        Action::Upgrade => {
            instance::start(sim);
            let sim = sim.clone();
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_secs(3)).await;
                sim.with(|world| {
                    let oldest = world.instances.iter().find(|held| held.alive);
                    if let Some(oldest) = oldest {
                        oldest.stop.cancel();
                    }
                });
            });
        }
        Action::Replicas => {
            sim.with(|world| world.replicas = 2);
            instance::start(sim);
        }
        Action::CutOff { seconds: time } => {
            let until = seconds(*time);
            sim.with(|world| {
                if let Some(leader) = instance::leading(world) {
                    world.instances[leader].cut_off = Some(until);
                }
                world.ring();
            });
        }
        Action::Secret { seconds: time } => {
            let until = seconds(*time);
            let secret = Id::of(Kind::Secret, crate::NAMESPACE, "token");
            sim.with(|world| delete(world, &secret));
            let sim = sim.clone();
            tokio::spawn(async move {
                tokio::time::sleep_until(until).await;
                sim.with(crate::scene::secret);
            });
        }
        action => sim.with(|world| simple(world, action, seconds)),
    }
}

fn simple(world: &mut World, action: &Action, seconds: impl Fn(u64) -> Instant) {
    match action {
        Action::Apply(id, spec) => apply(world, id, spec),
        Action::Delete(id) => delete(world, id),
        Action::Foreign(id) => foreign(world, id),
        Action::ForeignRecord { zone, name, alias } => foreign_record(world, zone, name, *alias),
        Action::TamperRecord { pick, delete } => tamper_record(world, *pick, *delete),
        Action::TamperObject { pick, delete } => tamper_object(world, *pick, *delete),
        Action::Restrict(namespace) => {
            let id = Id::of(Kind::Namespace, "", namespace);
            let labels = json!({ "pod-security.kubernetes.io/enforce": "restricted" });
            let body = json!({ "metadata": { "labels": labels } });
            user(world, |store, options| {
                drop(store.merge(&id, &body, options));
            });
        }
        Action::Requests {
            trouble,
            percent,
            seconds: time,
            resource,
        } => world.windows.push(Window {
            until: seconds(*time),
            percent: *percent,
            trouble: *trouble,
            resource: *resource,
        }),
        Action::Break { resource, how } => world.break_watches(*resource, *how),
        Action::Lag {
            resource,
            seconds: time,
        } => drop(world.lag.insert(*resource, seconds(*time))),
        Action::Provider {
            server,
            trouble,
            percent,
            seconds: time,
        } => {
            let trouble = (seconds(*time), *percent, *trouble);
            world.servers.troubles.insert((*server).to_owned(), trouble);
        }
        Action::Registry { seconds: time } => world.servers.registry_down = Some(seconds(*time)),
        Action::Gateways { seconds: time } => world.jobs.gateways_down = Some(seconds(*time)),
        Action::Crash
        | Action::Upgrade
        | Action::Replicas
        | Action::CutOff { .. }
        | Action::Secret { .. } => {}
    }
}

pub(crate) fn user<R>(
    world: &mut World,
    act: impl FnOnce(&mut crate::api::Store, &Options) -> R,
) -> R {
    let options = Options {
        manager: "user".to_owned(),
        force: true,
        status: false,
    };
    world.act(Actor::User, |store| act(store, &options))
}

/// Creates the object, or replaces its spec.
pub(crate) fn apply(world: &mut World, id: &Id, spec: &Value) {
    let mut spec = spec.clone();
    if let Some(held) = world.store.get(id) {
        // The API server refuses another provider of a tunnel, and another zone changes nothing of this rule.
        if id.is(Kind::Tunnel) {
            spec["provider"] = held.value["spec"]["provider"].clone();
        }
        let mut body = held.value.clone();
        body["spec"] = spec;
        user(world, |store, options| {
            drop(store.replace(id, &body, options));
        });
    } else {
        let body = json!({ "metadata": {}, "spec": spec });
        user(world, |store, options| {
            drop(store.create(id, body, options));
        });
    }
}

pub(crate) fn delete(world: &mut World, id: &Id) {
    user(world, |store, _| drop(store.delete(id, None, None, false)));
}

fn foreign(world: &mut World, id: &Id) {
    let pod = json!({
        "metadata": { "labels": { "app": "foreign" } },
        "spec": { "containers": [{ "name": "main", "image": "registry.test/other:ok" }] },
    });
    let spec = if id.is(Kind::Service) {
        json!({ "selector": { "app": "foreign" }, "ports": [{ "name": "http", "port": 80 }] })
    } else {
        json!({ "replicas": 0, "selector": { "matchLabels": { "app": "foreign" } }, "template": pod })
    };
    let body = json!({ "metadata": { "annotations": { FOREIGN: "true" } }, "spec": spec });
    user(world, |store, options| {
        drop(store.create(id, body, options));
    });
}

fn foreign_record(world: &mut World, zone: &str, name: &str, alias: bool) {
    let kind = if alias {
        RecordType::Cname
    } else {
        RecordType::A
    };
    let Some(server) = world.servers.dns.get_mut(DNS) else {
        return;
    };
    server.etags += 1;
    let etag = server.etags;
    let Some(records) = server.zones.get_mut(zone) else {
        return;
    };
    if records.keys().any(|(held, _)| held == name) {
        return;
    }
    let values = vec![
        if alias {
            "foreign.example.org"
        } else {
            "198.51.100.1"
        }
        .to_owned(),
    ];
    let set = RecordSet {
        name: name.to_owned(),
        kind,
        ttl: 300,
        values,
    };
    let held = Record {
        set,
        owner: None,
        etag,
    };
    records.insert((name.to_owned(), kind), held);
}

fn tamper_record(world: &mut World, pick: u64, delete: bool) {
    let Some(server) = world.servers.dns.get_mut(DNS) else {
        return;
    };
    let owned: Vec<_> = server
        .zones
        .iter()
        .flat_map(|(zone, records)| {
            let owned = records.iter().filter(|(_, held)| held.owner.is_some());
            owned.map(|(key, _)| (zone.clone(), key.clone()))
        })
        .collect();
    let Some((zone, key)) = nth(&owned, pick) else {
        return;
    };
    server.etags += 1;
    let etag = server.etags;
    let Some(records) = server.zones.get_mut(zone) else {
        return;
    };
    if delete {
        records.remove(key);
    } else if let Some(held) = records.get_mut(key) {
        held.set.values = vec!["203.0.113.99".to_owned()];
        held.etag = etag;
    }
    world.tell(|| format!("someone else changes the record set {key:?} (deletes: {delete})"));
}

/// Kinds that the operator makes and that others change.
const MADE: [Kind; 6] = [
    Kind::Deployment,
    Kind::StatefulSet,
    Kind::Job,
    Kind::Service,
    Kind::HTTPRoute,
    Kind::Pod,
];

fn tamper_object(world: &mut World, pick: u64, delete: bool) {
    let made: Vec<Id> = MADE
        .into_iter()
        .flat_map(|kind| world.store.of_kind(kind))
        .filter(|(_, object)| object.annotation(FOREIGN).is_none() && !object.is_terminating())
        .map(|(id, _)| id.clone())
        .collect();
    let Some(id) = nth(&made, pick).cloned() else {
        return;
    };
    world.tell(|| format!("someone else changes {id} (deletes: {delete})"));
    if delete || id.is(Kind::Pod) || id.is(Kind::Job) {
        self::delete(world, &id);
        return;
    }
    let body = match id.kind() {
        Some(Kind::Service) => json!({ "spec": { "ports": [{ "name": "http", "port": 81 }] } }),
        Some(Kind::HTTPRoute) => json!({ "spec": { "hostnames": ["elsewhere.example.test"] } }),
        _ => json!({ "spec": { "replicas": 3 } }),
    };
    user(world, |store, options| {
        drop(store.merge(&id, &body, options));
    });
}

fn nth<T>(list: &[T], pick: u64) -> Option<&T> {
    let count = u64::try_from(list.len()).ok().filter(|count| *count > 0)?;
    list.get(usize::try_from(pick % count).ok()?)
}
