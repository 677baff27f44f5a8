//! What of a workspace's names and routes is wrong or on its way.

use super::{
    names,
    observe::{GatewayProblem, Observed},
    places, tunnel,
};
use crate::cluster::{Key, RawObject};
use maquette_api::{
    Workspace,
    condition::{READY, STALLED, Verdict, find, holds},
    reason,
};
use serde_json::Value;

/// The first thing that is wrong with names and routes.
pub(super) fn problem(workspace: &Workspace, observed: &Observed) -> Option<Verdict> {
    let networking = workspace
        .spec
        .networking
        .as_ref()
        .filter(|networking| !networking.routes.is_empty())?;
    match &observed.gateway {
        Some(Err(problem)) => {
            let message = problem.to_string();
            return Some(match problem {
                GatewayProblem::NoApi => Verdict::stalled(reason::GATEWAY_API_MISSING, message),
                GatewayProblem::Missing(_) => Verdict::stalled(reason::GATEWAY_NOT_READY, message),
                GatewayProblem::NotProgrammed { .. } | GatewayProblem::NoAddress(_) => {
                    Verdict::failing(reason::GATEWAY_NOT_READY, message)
                }
            });
        }
        _ if networking.dns.is_some() && observed.dns_provider.is_none() => {
            return Some(Verdict::stalled(
                reason::PROVIDER_NOT_FOUND,
                "spec.networking.dns.provider: set it, or annotate a Provider with maquette.dev/default-for=dns",
            ));
        }
        _ => {}
    }
    let record = observed.records.iter().find_map(|record| {
        let status = record
            .status
            .as_ref()
            .filter(|status| status.observed_generation == record.metadata.generation)?;
        let ready = find(&status.conditions, READY).filter(|ready| ready.status != "True")?;
        let reason = reason::ALL.iter().find(|known| {
            **known == ready.reason && ![reason::PROGRESSING, reason::TERMINATING].contains(known)
        })?;
        let message = format!("name {}: {}", record.spec.name, ready.message);
        Some(if holds(&status.conditions, STALLED) {
            Verdict::stalled(reason, message)
        } else {
            Verdict::failing(reason, message)
        })
    });
    let problem = tunnel::problem(workspace, observed).or(record);
    problem.or_else(|| {
        observed
            .routes
            .iter()
            .find_map(|route| route_problem(route))
    })
}

/// Why a Gateway does not accept the route, or cannot resolve what it leads to.
fn route_problem(route: &RawObject) -> Option<Verdict> {
    let refused = route_conditions(route).into_iter().find(|condition| {
        let text = |field: &str| condition.get(field).and_then(Value::as_str);
        let current = condition.get("observedGeneration").and_then(Value::as_i64)
            == route.metadata.generation;
        // A backend that does not exist yet comes with its component.
        current && text("status") == Some("False") && text("type") == Some("Accepted")
    })?;
    let message = refused
        .get("message")
        .and_then(Value::as_str)
        .unwrap_or_default();
    Some(Verdict::failing(
        reason::ROUTE_NOT_ACCEPTED,
        format!(
            "the Gateway does not accept HTTPRoute {}: {message}",
            Key::of(&route.metadata)
        ),
    ))
}

fn route_conditions(route: &RawObject) -> Vec<Value> {
    let status = route.status();
    let parents = status.get("parents").and_then(Value::as_array);
    parents
        .into_iter()
        .flatten()
        .filter_map(|parent| parent.get("conditions")?.as_array())
        .flatten()
        .cloned()
        .collect()
}

/// What of names and routes is on its way.
pub(super) fn pending(workspace: &Workspace, observed: &Observed) -> Option<String> {
    let wanted = places::hosts(workspace);
    let networking = workspace.spec.networking.as_ref()?;
    let (with_dns, with_gateway) = (networking.dns.is_some(), networking.gateway.is_some());
    if let Some(pending) = tunnel::pending(workspace, observed) {
        return Some(pending);
    }
    for host in wanted {
        let own = Key::of(&workspace.metadata);
        let name = names::of_host(&own.name, &host);
        let key = Key::new(own.namespace, name.clone());
        if with_gateway && !is_taken_up(observed, &key) {
            return Some(format!(
                "the route of {host} is being taken up by the Gateway"
            ));
        }
        let record = observed
            .records
            .iter()
            .find(|record| record.metadata.name.as_deref() == Some(&name));
        let named = record.and_then(|record| {
            record
                .status
                .as_ref()
                .filter(|s| s.observed_generation == record.metadata.generation)
        });
        if with_dns && !named.is_some_and(|status| holds(&status.conditions, READY)) {
            return Some(format!("the name {host} is being made"));
        }
    }
    None
}

/// Whether the Gateway has taken up the route of this name as it is now.
pub(super) fn is_taken_up(observed: &Observed, key: &Key) -> bool {
    let mut routes = observed.routes.iter();
    let route = routes.find(|route| Key::of(&route.metadata) == *key);
    route.is_some_and(|route| is_accepted(route))
}

fn is_accepted(route: &RawObject) -> bool {
    let conditions = route_conditions(route);
    let holds = |kind: &str| {
        conditions.iter().any(|condition| {
            let text = |field: &str| condition.get(field).and_then(Value::as_str);
            text("type") == Some(kind)
                && text("status") == Some("True")
                && condition.get("observedGeneration").and_then(Value::as_i64)
                    == route.metadata.generation
        })
    };
    holds("Accepted") && holds("ResolvedRefs")
}
