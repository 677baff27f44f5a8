//! The tunnel: one for all hosts.

use super::{Context, Existing, Part, PartPlan, Rank, problem_of};
use crate::{
    cluster::{Key, Kind},
    controllers::{
        records,
        workspace::{
            host_routes::{HostRoute, tunnel_provider},
            names,
            observe::Observed,
            spec::Spec,
        },
    },
    engine::{Deletion, Desired},
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use maquette_api::{
    DNSRecord, FINALIZER, Tunnel, Workspace,
    condition::{READY, find, holds},
    tunnel::{CONNECTED, Scheme, TunnelRoute, TunnelService},
};
use serde_json::{Map, json};
use std::collections::BTreeMap;

pub(super) struct TunnelPart;

impl Part for TunnelPart {
    fn names(&self, workspace: &Workspace, _: &Spec) -> Vec<(Kind, Key)> {
        let provider = tunnel_provider(workspace).into_iter();
        provider
            .map(|provider| (Kind::Tunnel, names::of_tunnel(workspace, provider)))
            .collect()
    }

    fn existing<'a>(&self, observed: &'a Observed) -> Vec<Existing<'a>> {
        let tunnels = observed.tunnels.iter();
        tunnels
            .map(|tunnel| Existing {
                kind: Kind::Tunnel,
                meta: &tunnel.metadata,
                conditions: conditions(tunnel),
            })
            .collect()
    }

    fn plan(&self, context: &Context<'_>) -> PartPlan {
        let observed = context.observed;
        let wanted = wanted(context);
        let hosts = context.hosts();
        let is_moved = || hosts.iter().all(|host| context.is_reached(host));
        let may_stay = |tunnel: &Tunnel| {
            let is_wanted =
                wanted.is_some_and(|one| Key::of(&one.metadata) == Key::of(&tunnel.metadata));
            // An old tunnel stays until every host is reached in the new way.
            !hosts.is_empty() && (is_wanted || !is_moved())
        };
        let stale = observed.tunnels.iter().filter(|tunnel| !may_stay(tunnel));
        PartPlan {
            apply: desired(context).into_iter().collect(),
            delete: stale
                .filter_map(|tunnel| Deletion::of(Kind::Tunnel, &tunnel.metadata))
                .collect(),
            problem: wanted.and_then(|tunnel| {
                let status = tunnel.status.as_ref()?;
                let what = format!("tunnel {}", Key::of(&tunnel.metadata).name);
                let generation = status.observed_generation;
                problem_of(&tunnel.metadata, generation, &status.conditions, &what)
            }),
            pending: pending(context),
            components: Vec::new(),
        }
    }

    fn serves(&self, _: &Workspace, observed: &Observed, host: &str) -> bool {
        let mut routes = observed
            .tunnels
            .iter()
            .flat_map(|tunnel| &tunnel.spec.routes);
        routes.any(|route| route.host == host)
    }

    fn rank(&self) -> Rank {
        Rank::Ways
    }
}

fn conditions(tunnel: &Tunnel) -> &[Condition] {
    let status = tunnel.status.as_ref();
    status
        .map(|status| status.conditions.as_slice())
        .unwrap_or_default()
}

/// The tunnel that the workspace wants, where it exists.
fn wanted<'a>(context: &Context<'a>) -> Option<&'a Tunnel> {
    let workspace = context.workspace;
    let key = names::of_tunnel(workspace, tunnel_provider(workspace)?);
    let mut tunnels = context.observed.tunnels.iter();
    tunnels
        .find(|tunnel| Key::of(&tunnel.metadata) == key)
        .map(AsRef::as_ref)
}

/// The tunnel, with a route for each route of the workspace that may be served.
fn desired(context: &Context<'_>) -> Option<Desired> {
    let workspace = context.workspace;
    let provider = tunnel_provider(workspace)?;
    let routes = context.spec.routes.iter();
    let routes = routes.filter(|route| context.may_serve(&route.host));
    let routes: Vec<TunnelRoute> = routes.map(|one| route(workspace, one)).collect();
    let key = names::of_tunnel(workspace, provider);
    if routes.is_empty() || !context.is_free(Kind::Tunnel, &key) {
        return None;
    }
    let spec = json!({ "provider": provider, "routes": routes });
    let tunnel = Desired::new(
        Kind::Tunnel,
        key,
        &context.owner(),
        &context.labels(),
        &BTreeMap::new(),
        Map::from_iter([("spec".to_owned(), spec)]),
    );
    Some(tunnel.with_finalizer(FINALIZER))
}

fn route(workspace: &Workspace, route: &HostRoute) -> TunnelRoute {
    TunnelRoute {
        host: route.host.clone(),
        path: Some(route.path.clone()).filter(|path| path != "/"),
        service: TunnelService {
            name: names::of_component(workspace, &route.component).name,
            port: route.port,
            scheme: Scheme::Http,
        },
    }
}

/// What names have to point to; nothing until the tunnel is there. A name is not led to a tunnel that is not connected,
/// and not led away from one that loses its connection.
pub(super) fn target(context: &Context<'_>, record: Option<&DNSRecord>) -> Option<Vec<String>> {
    let status = wanted(context)?.status.as_ref()?;
    if status.target.is_empty() {
        return None;
    }
    let sets = records::sets(&status.target);
    let points_there = record.is_some_and(|record| {
        let mut sets = sets.iter();
        sets.any(|(_, values)| *values == record.spec.values)
    });
    (points_there || holds(&status.conditions, CONNECTED)).then(|| status.target.clone())
}

/// The Ready condition, where it speaks of the current generation.
fn ready(tunnel: &Tunnel) -> Option<&Condition> {
    let status = tunnel.status.as_ref()?;
    find(&status.conditions, READY)
        .filter(|_| status.observed_generation == tunnel.metadata.generation)
}

/// Whether the tunnel that the workspace wants is ready; true where it wants none.
pub(super) fn is_ready_or_unwanted(context: &Context<'_>) -> bool {
    tunnel_provider(context.workspace).is_none()
        || wanted(context)
            .and_then(ready)
            .is_some_and(|ready| ready.status == "True")
}

/// What of the tunnel is not there yet.
fn pending(context: &Context<'_>) -> Option<String> {
    let provider = tunnel_provider(context.workspace)?;
    if is_ready_or_unwanted(context) || context.served().is_empty() {
        return None;
    }
    Some(wanted(context).and_then(ready).map_or_else(
        || format!("the tunnel at {provider} is being created"),
        |ready| format!("the tunnel at {provider}: {}", ready.message),
    ))
}
