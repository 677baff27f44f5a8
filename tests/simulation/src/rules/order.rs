//! The order of teardowns.

use super::depends_on;
use crate::{
    api::{Actor, Id, Object},
    world::World,
};
use maquette_operator::cluster::Kind;
use std::sync::Arc;

pub(super) fn changed(
    world: &mut World,
    actor: Actor,
    id: &Id,
    before: Option<&Arc<Object>>,
    after: Option<&Arc<Object>>,
) {
    let Some(before) = before else { return };
    let ends = !before.is_terminating() && after.is_none_or(|after| after.is_terminating());
    match id.kind() {
        Some(Kind::Component) if ends && matches!(actor, Actor::Operator(_)) => {
            component(world, id, before);
        }
        Some(Kind::Workspace) if after.is_none() => workspace(world, id, before),
        Some(Kind::Provider) if after.is_none() => provider(world, id),
        _ => {}
    }
}

/// The operator deletes a component of a workspace that is being deleted: names and routes are gone by then, and so are
/// the components that depend on it.
fn component(world: &mut World, id: &Id, component: &Object) {
    let Some((owner, workspace)) = super::workspace_of(world, component, &id.namespace) else {
        return;
    };
    let is_seen = workspace.value["status"]["observedGeneration"] == workspace.generation();
    // A change of a moment ago may not be seen yet.
    if !workspace.is_terminating() || !is_seen {
        return;
    }
    let left = [Kind::DNSRecord, Kind::HTTPRoute, Kind::Tunnel]
        .into_iter()
        .find_map(|kind| {
            let mut of_kind = world.store.of_kind(kind);
            of_kind
                .find(|(_, object)| object.is_owned_by(workspace.uid()))
                .map(|(id, _)| id.clone())
        });
    if let Some(left) = left {
        world.violate("order", format!("{id} is deleted before {left} of {owner}"));
        return;
    }
    let name = component
        .label("maquette.dev/component")
        .unwrap_or_default();
    let components = workspace.value["spec"]["components"].as_array();
    let dependent = components.into_iter().flatten().find_map(|other| {
        let waits = depends_on(other).any(|dependency| dependency == name);
        let other = format!("{}-{}", owner.name, other["name"].as_str()?);
        let other = Id::of(Kind::Component, &id.namespace, &other);
        (waits && world.store.get(&other).is_some()).then_some(other)
    });
    if let Some(dependent) = dependent {
        world.violate(
            "order",
            format!("{id} is deleted before {dependent}, which depends on it"),
        );
    }
}

/// A workspace is gone: so is everything that was made for it.
fn workspace(world: &mut World, id: &Id, workspace: &Object) {
    let left = world.store.all().find(|(held, object)| {
        let is_pod = held.is(Kind::Pod)
            && held.namespace == id.namespace
            && object.label("maquette.dev/workspace") == Some(&id.name);
        is_pod || object.is_owned_by(workspace.uid())
    });
    if let Some((left, _)) = left {
        let message = format!("{id} is gone before {left}");
        world.violate("order", message);
    }
}

/// A Provider is gone: no ledger names it.
fn provider(world: &mut World, id: &Id) {
    let left = [Kind::DNSRecord, Kind::Tunnel]
        .into_iter()
        .find_map(|kind| {
            let mut of_kind = world.store.of_kind(kind);
            let names_it = |object: &Object| {
                let ledger = object.value["status"]["ledger"].as_array();
                ledger
                    .into_iter()
                    .flatten()
                    .any(|entry| entry["provider"] == *id.name)
            };
            of_kind
                .find(|(_, object)| names_it(object))
                .map(|(id, _)| id.clone())
        });
    if let Some(left) = left {
        world.violate(
            "order",
            format!("{id} is gone before {left}, which uses it"),
        );
    }
}
