//! The workspace's tunnel: what it serves, when names may point to it, and what is wrong with it.

use super::{
    names,
    observe::Observed,
    places::{Place, tunnel_provider},
};
use crate::{
    cluster::{Key, Kind},
    engine::{Desired, managed_labels, owner_reference},
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use maquette_api::{
    DNSRecord, FINALIZER, Tunnel, WORKSPACE_LABEL, Workspace,
    condition::{READY, STALLED, Verdict, find, holds},
    reason,
    tunnel::{CONNECTED, Scheme, TunnelRoute, TunnelService},
};
use serde_json::{Map, json};
use std::collections::{BTreeMap, BTreeSet};

/// The tunnel that the workspace wants, where it exists.
pub(super) fn wanted<'a>(workspace: &Workspace, observed: &'a Observed) -> Option<&'a Tunnel> {
    let key = names::of_tunnel(workspace, tunnel_provider(workspace)?);
    let mut tunnels = observed.tunnels.iter();
    tunnels
        .find(|tunnel| Key::of(&tunnel.metadata) == key)
        .map(AsRef::as_ref)
}

/// The tunnel, with a route for each place.
pub(super) fn desired(
    workspace: &Workspace,
    observed: &Observed,
    places: &[Place<'_>],
) -> Option<Desired> {
    let provider = tunnel_provider(workspace)?;
    let mut routes: Vec<TunnelRoute> = places.iter().map(|p| route(workspace, p)).collect();
    if routes.is_empty() {
        return None;
    }
    routes.extend(still_named(workspace, observed, &routes));
    let key = Key::of(&workspace.metadata);
    let mut labels = managed_labels(&key.name);
    labels.insert(WORKSPACE_LABEL.to_owned(), key.name);
    let spec = json!({ "provider": provider, "routes": routes });
    let tunnel = Desired::new(
        Kind::Tunnel,
        names::of_tunnel(workspace, provider),
        &owner_reference(Kind::Workspace, workspace),
        &labels,
        &BTreeMap::new(),
        Map::from_iter([("spec".to_owned(), spec)]),
    );
    Some(tunnel.with_finalizer(FINALIZER))
}

fn route(workspace: &Workspace, place: &Place<'_>) -> TunnelRoute {
    TunnelRoute {
        host: place.host.clone(),
        path: Some(place.path.clone()).filter(|path| path != "/"),
        service: TunnelService {
            name: names::of_component(workspace, &place.route.to.component).name,
            port: place.port,
            scheme: Scheme::Http,
        },
    }
}

/// Routes of hosts that the workspace does not want any more, as long as their names are there: an old place goes when
/// the new ones are reached.
fn still_named(
    workspace: &Workspace,
    observed: &Observed,
    routes: &[TunnelRoute],
) -> Vec<TunnelRoute> {
    let Some(tunnel) = wanted(workspace, observed) else {
        return Vec::new();
    };
    let hosts: BTreeSet<&str> = routes.iter().map(|route| route.host.as_str()).collect();
    let kept = tunnel.spec.routes.iter().filter(|route| {
        !hosts.contains(route.host.as_str())
            && !observed.hosts_taken.contains_key(&route.host)
            && observed.records.iter().any(|r| r.spec.name == route.host)
    });
    kept.cloned().collect()
}

/// What names have to point to; nothing until the tunnel is there. A name is not led to a tunnel that is not connected,
/// and not led away from one that loses its connection.
pub(super) fn target(
    workspace: &Workspace,
    observed: &Observed,
    record: Option<&DNSRecord>,
) -> Option<Vec<String>> {
    let status = wanted(workspace, observed)?.status.as_ref()?;
    if status.target.is_empty() {
        return None;
    }
    let (_, values) = crate::controllers::records::data(&status.target);
    let points_there = record.is_some_and(|record| record.spec.values == values);
    (points_there || holds(&status.conditions, CONNECTED)).then(|| status.target.clone())
}

fn current(tunnel: &Tunnel) -> Option<&[Condition]> {
    let status = tunnel.status.as_ref()?;
    (status.observed_generation == tunnel.metadata.generation)
        .then_some(status.conditions.as_slice())
}

/// What is wrong with the tunnel.
pub(super) fn problem(workspace: &Workspace, observed: &Observed) -> Option<Verdict> {
    let tunnel = wanted(workspace, observed)?;
    let conditions = current(tunnel)?;
    let ready = find(conditions, READY).filter(|ready| ready.status != "True")?;
    let passing = [reason::PROGRESSING, reason::TERMINATING];
    let mut known = reason::ALL.iter();
    let reason = known.find(|known| **known == ready.reason && !passing.contains(known))?;
    let message = format!(
        "tunnel {}: {}",
        Key::of(&tunnel.metadata).name,
        ready.message
    );
    Some(if holds(conditions, STALLED) {
        Verdict::stalled(reason, message)
    } else {
        Verdict::failing(reason, message)
    })
}

/// What of the tunnel is on its way.
pub(super) fn pending(workspace: &Workspace, observed: &Observed) -> Option<String> {
    let provider = tunnel_provider(workspace)?;
    let conditions = wanted(workspace, observed).and_then(current);
    if conditions.is_some_and(|conditions| holds(conditions, READY)) {
        return None;
    }
    let said = conditions.and_then(|conditions| find(conditions, READY));
    Some(said.map_or_else(
        || format!("the tunnel at {provider} is being made"),
        |ready| format!("the tunnel at {provider}: {}", ready.message),
    ))
}
