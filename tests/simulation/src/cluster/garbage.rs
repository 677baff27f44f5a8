//! Garbage collection by owner references, foreground deletion, and the end of namespaces.

use crate::{
    api::{Actor, FOREGROUND, Id, Object},
    cluster::options,
    world::World,
};
use serde_json::json;

/// Deletes an object whose owners are gone, and goes on with a deletion that waits for dependents.
pub(super) fn collect(world: &mut World, id: &Id) {
    let Some(object) = world.store.get(id).cloned() else {
        return;
    };
    if is_orphan(world, id, &object) && !object.is_terminating() {
        world.act(Actor::Cluster, |store| {
            drop(store.delete(id, Some(object.uid()), None, false));
        });
        return;
    }
    if !object.is_terminating() || !object.finalizers().any(|f| f == FOREGROUND) {
        return;
    }
    let dependents: Vec<(Id, bool)> = world
        .store
        .all()
        .filter(|(_, dependent)| dependent.is_owned_by(object.uid()))
        .map(|(id, dependent)| (id.clone(), dependent.is_terminating()))
        .collect();
    if dependents.is_empty() {
        let left: Vec<&str> = object.finalizers().filter(|f| *f != FOREGROUND).collect();
        let body = json!({ "metadata": { "finalizers": left } });
        world.act(Actor::Cluster, |store| {
            drop(store.merge(id, &body, &options(false)));
        });
        return;
    }
    for (dependent, terminating) in dependents {
        if !terminating {
            world.act(Actor::Cluster, |store| {
                drop(store.delete(&dependent, None, None, false));
            });
        }
    }
}

fn is_orphan(world: &World, id: &Id, object: &Object) -> bool {
    let mut owners = object.owners().peekable();
    owners.peek().is_some()
        && owners.all(|owner| {
            let held = super::owner_id(owner, id).and_then(|owner| world.store.get(&owner));
            held.is_none_or(|held| owner["uid"] != held.uid())
        })
}

/// Deletes what is in a namespace that is being deleted, and then the namespace.
pub(super) fn namespace(world: &mut World, id: &Id) {
    let Some(namespace) = world.store.get(id) else {
        return;
    };
    if !namespace.is_terminating() {
        return;
    }
    let inside: Vec<(Id, bool)> = world
        .store
        .all()
        .filter(|(inside, _)| inside.namespace == id.name)
        .map(|(id, object)| (id.clone(), object.is_terminating()))
        .collect();
    if inside.is_empty() {
        world.act(Actor::Cluster, |store| store.remove(id));
        return;
    }
    for (inside, terminating) in inside {
        if !terminating {
            world.act(Actor::Cluster, |store| {
                drop(store.delete(&inside, None, None, false));
            });
        }
    }
}
