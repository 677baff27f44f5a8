//! What holds when faults are over: the system comes to rest, everything is as its owner wants it, and all of it can be
//! deleted.

mod expected;

use crate::{
    api::{Id, Object},
    random::Random,
    rules::{hostnames, owned, server_of, type_name},
    run::wait,
    script::delete,
    world::{Shared, World},
};
use expected::expected;
use maquette_operator::cluster::Kind;
use serde_json::Value;
use std::{collections::BTreeMap, time::Duration};
use tokio::time::Instant;

/// The operator is at rest when it wrote nothing for this long: more than twice the longest back-off.
const REST: Duration = Duration::from_secs(80);
/// It comes to rest within this time.
const LIMIT: Duration = Duration::from_mins(15);
/// Kinds of users, those that use others first.
const ROOTS: [Kind; 5] = [
    Kind::Workspace,
    Kind::DNSRecord,
    Kind::Tunnel,
    Kind::Provider,
    Kind::Plugin,
];

/// Lets the system recover, and then deletes everything.
pub(crate) async fn recover(sim: &Shared) {
    if rest(sim).await || sim.with(check) {
        return;
    }
    sim.with(|world| {
        let mut random = Random::new(world.fingerprint, 5);
        let at_once = random.percent(25);
        for kind in ROOTS {
            if !at_once && matches!(kind, Kind::Provider | Kind::Plugin) {
                continue;
            }
            let ids: Vec<Id> = world
                .store
                .of_kind(kind)
                .map(|(id, _)| id.clone())
                .collect();
            for id in ids {
                delete(world, &id);
            }
        }
        world.tell(|| format!("the user deletes everything (providers too: {at_once})"));
    });
    if rest(sim).await {
        return;
    }
    sim.with(gone);
}

/// Waits until the operator is at rest. Says whether a rule was broken.
async fn rest(sim: &Shared) -> bool {
    let start = Instant::now();
    let alone = sim
        .with(|world| world.servers.left_alone)
        .map_or(start, |until| until.max(start));
    let end = alone + LIMIT;
    loop {
        if wait(sim, Instant::now() + Duration::from_secs(5)).await {
            return true;
        }
        let quiet = sim.with(|world| {
            let last = world.rules.last_write.unwrap_or(start).max(alone);
            last.elapsed() >= REST
        });
        if quiet {
            return sim.with(|world| world.violation.is_some());
        }
        if Instant::now() >= end {
            sim.with(|world| {
                let busy = crate::rules::busiest(world);
                world.violate("rest", format!("the operator goes on writing: {busy}"));
            });
            return true;
        }
    }
}

/// Whether anything is not as its owner wants it.
fn check(world: &mut World) -> bool {
    let calls = crate::rules::calls_at_rest(world);
    let problem = calls
        .or_else(|| roots(world))
        .or_else(|| two_owners(world))
        .or_else(|| records(world));
    if let Some((rule, message)) = problem {
        world.violate(rule, message);
    }
    world.violation.is_some()
}

type Problem = (&'static str, String);

fn roots(world: &World) -> Option<Problem> {
    ROOTS
        .into_iter()
        .flat_map(|kind| world.store.of_kind(kind))
        .find_map(|(id, object)| {
            let problem = |message: String| Some(("converge", format!("{id} {message}")));
            if object.is_terminating() {
                return problem(format!("is still being deleted: {}", said(object)));
            }
            if object.value["status"]["observedGeneration"].as_i64() != Some(object.generation()) {
                return problem("has no status of its generation".to_owned());
            }
            let ready = object.condition("Ready")?["status"].as_str()? == "True";
            match expected(world, id, object) {
                Some((wanted, why)) if wanted != ready => {
                    let wanted = if wanted { "Ready" } else { "not Ready" };
                    problem(format!("should be {wanted} ({why}), but: {}", said(object)))
                }
                _ => None,
            }
        })
}

fn said(object: &Object) -> String {
    object
        .condition("Ready")
        .map(|ready| {
            let text = |field: &str| ready[field].as_str().unwrap_or_default().to_owned();
            format!("{} {}: {}", text("status"), text("reason"), text("message"))
        })
        .unwrap_or_default()
}

/// A host leads to one workspace.
fn two_owners(world: &World) -> Option<Problem> {
    let mut owners: BTreeMap<String, (Id, String)> = BTreeMap::new();
    for (id, route) in world.store.of_kind(Kind::HTTPRoute) {
        let Some(owner) = route
            .owners()
            .next()
            .and_then(|owner| owner["uid"].as_str())
        else {
            continue;
        };
        for host in hostnames(route) {
            let before = owners.insert(host.to_owned(), (id.clone(), owner.to_owned()));
            if let Some((other, _)) = before.filter(|(_, before)| before != owner) {
                return Some(("host", format!("{host} is served by {id} and by {other}")));
            }
        }
    }
    None
}

/// A record that is Ready is at the provider as it is wanted.
fn records(world: &World) -> Option<Problem> {
    world
        .store
        .of_kind(Kind::DNSRecord)
        .find_map(|(id, record)| {
            let ready = record.condition("Ready")?["status"] == "True";
            if !ready {
                return None;
            }
            let spec = &record.value["spec"];
            let server = server_of(world, spec["provider"].as_str()?)?;
            let mut wanted: Vec<&str> = spec["values"]
                .as_array()?
                .iter()
                .filter_map(Value::as_str)
                .collect();
            wanted.sort_unstable();
            let zones = world.servers.dns.get(server)?.zones.values();
            let held = zones
                .flat_map(|records| records.iter())
                .any(|((name, kind), held)| {
                    *name == spec["name"].as_str().unwrap_or_default()
                        && spec["type"] == type_name(*kind)
                        && held.set.values == wanted
                        && held.owner.is_some()
                });
            (!held).then(|| {
                (
                    "converge",
                    format!("{id} is Ready, and the provider has something else"),
                )
            })
        })
}

/// Everything is gone that was made for users.
fn gone(world: &mut World) {
    let at_once = world
        .store
        .of_kind(Kind::Provider)
        .all(|(_, provider)| provider.is_terminating());
    let left = world.store.all().find(|(id, object)| {
        let roots = ROOTS
            .into_iter()
            .filter(|kind| at_once || !matches!(kind, Kind::Provider | Kind::Plugin));
        roots.into_iter().any(|kind| id.is(kind))
            || object.label("app.kubernetes.io/managed-by") == Some("maquette")
    });
    if let Some((id, object)) = left {
        let message = format!("{id} is not deleted: {}", said(object));
        world.violate("teardown", message);
        return;
    }
    let record = world.servers.dns.values().flat_map(owned).next();
    let record = record.map(|(name, owner)| format!("the record set {name} of {owner}"));
    let tunnels = world
        .servers
        .tunnels
        .values()
        .flat_map(|server| server.tunnels.values());
    let tunnel = tunnels.into_iter().find_map(|held| held.owner.as_ref());
    let tunnel = tunnel.map(|owner| format!("the tunnel of {owner}"));
    if let Some(left) = record.or(tunnel) {
        world.violate("teardown", format!("{left} is left behind"));
    }
}
