//! Routes: one `HTTPRoute` on the Gateway for each host.

use super::{Context, Existing, Part, PartPlan, Rank};
use crate::{
    cluster::{Key, Kind, RawObject},
    controllers::workspace::{host_routes::HostRoute, names, observe::Observed, spec::Spec},
    engine::{Deletion, Desired},
};
use maquette_api::{Workspace, condition::Verdict, reason, workspace::GatewayRef};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

pub(super) struct Routes;

impl Part for Routes {
    fn names(&self, workspace: &Workspace, spec: &Spec) -> Vec<(Kind, Key)> {
        if gateway(workspace).is_none() {
            return Vec::new();
        }
        let hosts = spec.hosts().into_iter();
        hosts
            .map(|host| (Kind::HTTPRoute, names::of_route(workspace, &host)))
            .collect()
    }

    fn existing<'a>(&self, observed: &'a Observed) -> Vec<Existing<'a>> {
        let routes = observed.routes.iter();
        routes
            .map(|route| Existing {
                kind: Kind::HTTPRoute,
                meta: &route.metadata,
                conditions: &[],
            })
            .collect()
    }

    fn plan(&self, context: &Context<'_>) -> PartPlan {
        let Context {
            workspace,
            observed,
            ..
        } = context;
        let wanted = gateway(workspace);
        let mut plan = PartPlan::default();
        if let (Some(gateway), Some(Ok(_))) = (wanted, &observed.gateway) {
            let served = context.served().into_iter();
            let routes = served.map(|host| http_route(context, gateway, &host));
            let is_free = |route: &Desired| context.is_free(route.kind, &route.key);
            plan.apply = routes.filter(is_free).collect();
        }
        let hosts: BTreeMap<Key, String> = context
            .hosts()
            .into_iter()
            .map(|host| (names::of_route(workspace, &host), host))
            .collect();
        let may_stay = |route: &RawObject| match hosts.get(&Key::of(&route.metadata)) {
            // A host that is reached in another way keeps its old route until it is.
            Some(host) => wanted.is_some() || !context.is_reached(host),
            None => false,
        };
        let stale = observed.routes.iter().filter(|route| !may_stay(route));
        plan.delete = stale
            .filter_map(|route| Deletion::of(Kind::HTTPRoute, &route.metadata))
            .collect();
        plan.problem = observed.routes.iter().find_map(|route| refused(route));
        let served = context.served();
        let mut unaccepted = served
            .iter()
            .filter(|host| !is_accepted_or_unwanted(context, host));
        plan.pending = unaccepted
            .next()
            .map(|host| format!("the route of {host} is not accepted by the Gateway yet"));
        plan
    }

    fn serves(&self, workspace: &Workspace, observed: &Observed, host: &str) -> bool {
        let key = names::of_route(workspace, host);
        let mut routes = observed.routes.iter();
        routes.any(|route| Key::of(&route.metadata) == key)
    }

    fn rank(&self) -> Rank {
        Rank::Ways
    }
}

fn gateway(workspace: &Workspace) -> Option<&GatewayRef> {
    workspace.spec.networking.as_ref()?.gateway.as_ref()
}

fn http_route(context: &Context<'_>, gateway: &GatewayRef, host: &str) -> Desired {
    let mut parent =
        json!({ "group": "gateway.networking.k8s.io", "kind": "Gateway", "name": gateway.name });
    if let Some(map) = parent.as_object_mut() {
        if let Some(namespace) = &gateway.namespace {
            map.insert("namespace".to_owned(), json!(namespace));
        }
        if let Some(section) = &gateway.section_name {
            map.insert("sectionName".to_owned(), json!(section));
        }
    }
    let routes = context
        .spec
        .routes
        .iter()
        .filter(|route| route.host == host);
    let rules: Vec<Value> = routes.map(|route| rule(context.workspace, route)).collect();
    let spec = json!({ "parentRefs": [parent], "hostnames": [host], "rules": rules });
    Desired::new(
        Kind::HTTPRoute,
        names::of_route(context.workspace, host),
        &context.owner(),
        &context.labels(),
        &BTreeMap::new(),
        Map::from_iter([("spec".to_owned(), spec)]),
    )
}

fn rule(workspace: &Workspace, route: &HostRoute) -> Value {
    let service = names::of_component(workspace, &route.component).name;
    json!({
        "matches": [{ "path": { "type": "PathPrefix", "value": route.path } }],
        "backendRefs": [{ "group": "", "kind": "Service", "name": service, "port": route.port, "weight": 1 }],
    })
}

/// Why a Gateway does not accept the route.
fn refused(route: &RawObject) -> Option<Verdict> {
    let refused = conditions(route).into_iter().find(|condition| {
        let text = |field: &str| condition.get(field).and_then(Value::as_str);
        let current = condition.get("observedGeneration").and_then(Value::as_i64)
            == route.metadata.generation;
        // A backend that does not exist yet is created with its component.
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

fn conditions(route: &RawObject) -> Vec<Value> {
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

/// Whether the Gateway has accepted the route of the host as it is now; true where there is no Gateway.
pub(super) fn is_accepted_or_unwanted(context: &Context<'_>, host: &str) -> bool {
    gateway(context.workspace).is_none()
        || (matches!(context.observed.gateway, Some(Ok(_))) && is_accepted(context, host))
}

/// Whether the Gateway has accepted the route of the host as it is now.
pub(super) fn is_accepted(context: &Context<'_>, host: &str) -> bool {
    let key = names::of_route(context.workspace, host);
    let mut routes = context.observed.routes.iter();
    let route = routes.find(|route| Key::of(&route.metadata) == key);
    route.is_some_and(|route| {
        let conditions = conditions(route);
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
    })
}
