//! The rules that hold after every step. Each is checked where a step could break it.
//!
//! | rule | says |
//! |---|---|
//! | ledger | nothing exists at a provider without an entry in the ledger of its object |
//! | foreign | no object of others is changed |
//! | host | a host that is served is not taken from its workspace |
//! | duplicates | a provider has one tunnel of an owner at most |
//! | bounded | writes of an object, and calls of a provider, have a bound in each minute |
//! | order | a teardown keeps its order |
//! | fence | a replica that does not lead writes nothing and calls no provider |
//! | job | a Job whose component says that it has completed does not run again for the same template |

mod external;
mod order;

pub(crate) use external::{owned, record, server_of, tunnel_gone, tunnel_made, type_name};

use crate::{
    api::{Actor, Id, Object, strings},
    providers::Op,
    world::World,
};
use maquette_operator::cluster::Kind;
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
    time::Duration,
};
use tokio::time::Instant;

/// A broken rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Name of the rule.
    pub rule: &'static str,
    /// What broke it.
    pub message: String,
    /// When, since the beginning.
    pub at: Duration,
}

/// What the rules remember.
#[derive(Default)]
pub(crate) struct Rules {
    writes: BTreeMap<Id, VecDeque<Instant>>,
    calls: BTreeMap<String, VecDeque<Instant>>,
    /// Templates of Jobs that have completed, as their components say, by the UID of the component.
    completed: BTreeSet<(String, String)>,
    /// When the operator last wrote anything.
    pub(crate) last_write: Option<Instant>,
    /// Writes of the operator since the beginning.
    pub(crate) written: u64,
    /// Calls of providers since the beginning.
    pub(crate) called: u64,
}

/// Annotation of objects that the operator must not change.
pub(crate) const FOREIGN: &str = "simulation/foreign";
/// The time in which things are counted.
const MINUTE: Duration = Duration::from_mins(1);
/// Most writes of one object in a minute. A healthy life needs a third of that.
const WRITES: usize = 60;
/// Most calls of one provider in a minute: a base, and more for each object that uses providers.
const CALLS: usize = 90;
const CALLS_EACH: usize = 25;
/// Most calls for one object in a minute at rest.
const CALLS_AT_REST: usize = 8;

/// An instance sends a write.
pub(crate) fn written(world: &mut World, instance: usize, id: &Id) {
    let now = Instant::now();
    world.rules.last_write = Some(now);
    world.rules.written += 1;
    let times = world.rules.writes.entry(id.clone()).or_default();
    let count = count(times, now);
    if count > WRITES {
        world.violate("bounded", format!("{count} writes of {id} within a minute"));
    }
    fence(world, instance, || format!("writes {id}"));
}

/// An instance calls a provider.
pub(crate) fn called(world: &mut World, instance: usize, server: &str, op: &Op) {
    let now = Instant::now();
    world.rules.called += 1;
    world.count(if op.writes() { 1001 } else { 1000 });
    let users = [Kind::DNSRecord, Kind::Tunnel].map(|kind| world.store.of_kind(kind).count());
    let limit = CALLS + CALLS_EACH * users.iter().sum::<usize>();
    let times = world.rules.calls.entry(server.to_owned()).or_default();
    let count = count(times, now);
    if count > limit {
        world.violate(
            "bounded",
            format!("{count} calls of {server} within a minute, the last is {op:?}"),
        );
    }
    fence(world, instance, || format!("calls {server}"));
}

/// The object that is written most often.
pub(crate) fn busiest(world: &World) -> String {
    let now = Instant::now();
    let recent = |times: &VecDeque<Instant>| times.iter().filter(|at| **at + MINUTE >= now).count();
    let busiest = world
        .rules
        .writes
        .iter()
        .map(|(id, times)| (recent(times), id))
        .max();
    busiest
        .map(|(count, id)| {
            let held = world.store.get(id);
            let ready = held.and_then(|held| Some(held.condition("Ready")?.to_string()));
            format!(
                "{count} writes of {id} in the last minute; {}",
                ready.unwrap_or_default()
            )
        })
        .unwrap_or_default()
}

/// Calls of a provider in the last minute, where they are more than objects at rest need.
pub(crate) fn calls_at_rest(world: &World) -> Option<(&'static str, String)> {
    let now = Instant::now();
    let users = [Kind::DNSRecord, Kind::Tunnel].map(|kind| world.store.of_kind(kind).count());
    let limit = CALLS_AT_REST * (1 + users.iter().sum::<usize>());
    world.rules.calls.iter().find_map(|(server, times)| {
        let recent = times.iter().filter(|at| **at + MINUTE >= now).count();
        (recent > limit).then(|| {
            (
                "bounded",
                format!("{recent} calls of {server} in a minute at rest"),
            )
        })
    })
}

fn count(times: &mut VecDeque<Instant>, now: Instant) -> usize {
    while times.front().is_some_and(|first| *first + MINUTE < now) {
        times.pop_front();
    }
    times.push_back(now);
    times.len()
}

fn fence(world: &mut World, instance: usize, what: impl FnOnce() -> String) {
    let Some(leader) = world.leader() else { return };
    if !world.instances[instance].is(&leader) {
        let message = format!("operator-{instance} {} while {leader} leads", what());
        world.violate("fence", message);
    }
}

/// An object changed.
pub(crate) fn changed(
    world: &mut World,
    actor: Actor,
    id: &Id,
    before: Option<&Arc<Object>>,
    after: Option<&Arc<Object>>,
) {
    if let (Actor::Operator(_), Some(before)) = (actor, before)
        && before.annotation(FOREIGN).is_some()
    {
        world.violate("foreign", format!("the operator changes {id}"));
    }
    match id.kind() {
        Some(Kind::Job) => job(world, actor, id, before),
        Some(Kind::Component) => component(world, after),
        Some(Kind::DNSRecord | Kind::Tunnel) => {
            external::ledger(world, id, before, after);
        }
        _ => {}
    }
    order::changed(world, actor, id, before, after);
}

/// A Component says that its Job has completed.
fn component(world: &mut World, after: Option<&Arc<Object>>) {
    let Some(after) = after else { return };
    let completed = after.condition("Completed");
    let is_current = after.value["status"]["observedGeneration"] == after.generation();
    if is_current && completed.is_some_and(|completed| completed["status"] == "True") {
        let key = completion(after);
        world.rules.completed.insert(key);
    }
}

/// The UID of a component, and its template.
fn completion(component: &Object) -> (String, String) {
    let template = component.value["spec"]["template"].to_string();
    (component.uid().to_owned(), template)
}

fn job(world: &mut World, actor: Actor, id: &Id, before: Option<&Arc<Object>>) {
    if before.is_some() || !matches!(actor, Actor::Operator(_)) {
        return;
    }
    let component = Id::of(Kind::Component, &id.namespace, &id.name);
    let Some(component) = world.store.get(&component) else {
        return;
    };
    let key = completion(component);
    if world.rules.completed.contains(&key) {
        world.violate("job", format!("{id} ended well and is run again"));
    }
}

/// The workspace that an object was made for, and whether it is being deleted.
pub(crate) fn workspace_of(
    world: &World,
    object: &Object,
    namespace: &str,
) -> Option<(Id, Arc<Object>)> {
    let owner = object.owners().find(|owner| owner["kind"] == "Workspace")?;
    let id = Id::of(Kind::Workspace, namespace, owner["name"].as_str()?);
    let held = world.store.get(&id)?;
    (owner["uid"] == held.uid()).then(|| (id, held.clone()))
}

/// The hosts of a workspace.
pub(crate) fn hosts(workspace: &Object, name: &str) -> BTreeSet<String> {
    let networking = &workspace.value["spec"]["networking"];
    let zone = networking["dns"]["zone"].as_str();
    let routes = networking["routes"].as_array().into_iter().flatten();
    let host = |route: &serde_json::Value| match (route["host"].as_str(), zone) {
        (Some(host), _) => Some(host.to_owned()),
        (None, Some(zone)) => Some(format!("{name}.{zone}")),
        (None, None) => None,
    };
    routes.filter_map(host).collect()
}

/// Names of the components that a component waits for.
pub(crate) fn depends_on(component: &serde_json::Value) -> impl Iterator<Item = &str> {
    let list = component["dependsOn"].as_array().into_iter().flatten();
    list.filter_map(|dependency| dependency["component"].as_str())
}

/// Host names of a route.
pub(crate) fn hostnames(route: &Object) -> impl Iterator<Item = &str> {
    strings(&route.value["spec"]["hostnames"])
}
