//! A Gateway controller: it accepts routes, and counts them in the status of the Gateway as real ones do.

use super::{Job, set_status};
use crate::{api::Id, world::World};
use maquette_operator::cluster::Kind;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::Instant;

pub(super) fn route(world: &mut World, id: &Id) {
    if let Some(until) = world
        .jobs
        .gateways_down
        .filter(|until| Instant::now() < *until)
    {
        let wait = until - Instant::now() + Duration::from_millis(20);
        world.jobs.add(Job::Route(id.clone()), wait);
        return;
    }
    let Some(route) = world.store.get(id).cloned() else {
        return;
    };
    let parent = &route.value["spec"]["parentRefs"][0];
    let Some(gateway) = gateway_of(&route.value, id) else {
        return;
    };
    let exists = world.store.get(&gateway).is_some();
    let parents = if exists {
        let condition = |name: &str| {
            json!({
                "type": name, "status": "True", "reason": name, "message": "",
                "observedGeneration": route.generation(),
            })
        };
        json!([{
            "parentRef": parent, "controllerName": "simulation",
            "conditions": [condition("Accepted"), condition("ResolvedRefs")],
        }])
    } else {
        json!([])
    };
    let status = json!({ "parents": parents });
    if route.value["status"] != status {
        set_status(world, id, &status);
    }
}

/// How many routes a Gateway has.
pub(super) fn count(world: &mut World, id: &Id) {
    let Some(gateway) = world.store.get(id).cloned() else {
        return;
    };
    let routes = world.store.of_kind(Kind::HTTPRoute);
    let attached = routes
        .filter(|(route, object)| gateway_of(&object.value, route).as_ref() == Some(id))
        .count();
    let listeners: Vec<Value> = gateway.value["spec"]["listeners"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|listener| json!({ "name": listener["name"], "attachedRoutes": attached, "conditions": [] }))
        .collect();
    let status = json!({
        "addresses": [
            { "type": "IPAddress", "value": "192.0.2.10" },
            { "type": "IPAddress", "value": "2001:db8::10" },
        ],
        "conditions": [{ "type": "Programmed", "status": "True", "message": "" }],
        "listeners": listeners,
    });
    if gateway.value["status"] != status {
        set_status(world, id, &status);
    }
}

fn gateway_of(route: &Value, id: &Id) -> Option<Id> {
    let parent = &route["spec"]["parentRefs"][0];
    let namespace = parent["namespace"].as_str().unwrap_or(&id.namespace);
    Some(Id::of(Kind::Gateway, namespace, parent["name"].as_str()?))
}
