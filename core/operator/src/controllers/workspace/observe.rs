//! What exists of a workspace, and what outside of it matters.

use super::{admission, host_routes::tunnel_provider, parts, spec::Spec};
use crate::{
    cluster::{GatewaySummary, Key, Kind, Listener, RawObject, Reads},
    controllers::{
        depends::{self, Dependee, dependee},
        records,
    },
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use maquette_api::{
    Component, DNSRecord, Provider, Tunnel, Workspace, condition::Verdict, provider::Entrance,
    reason, workspace::GatewayRef,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Everything the decision needs.
#[derive(Debug, Default)]
pub(super) struct Observed {
    /// Its components by their name within the workspace.
    pub(super) components: BTreeMap<String, Arc<Component>>,
    /// Its record sets.
    pub(super) records: Vec<Arc<DNSRecord>>,
    /// Its routes.
    pub(super) routes: Vec<Arc<RawObject>>,
    /// Its tunnels: the one that it wants, and one that it had before.
    pub(super) tunnels: Vec<Arc<Tunnel>>,
    /// How hosts are reached through the tunnel that it wants, where its Provider exists.
    pub(super) entrance: Option<Entrance>,
    /// Names of wanted objects that exist and belong to another owner.
    pub(super) taken: Vec<(Kind, Key)>,
    /// The Gateway, or why it cannot be used.
    pub(super) gateway: Option<Result<Gateway, GatewayProblem>>,
    /// Provider of its record sets.
    pub(super) dns_provider: Option<String>,
    /// Why it may not ask for host names that it does not hold.
    pub(super) refusal: Option<Verdict>,
    /// Hosts of the spec that another object holds.
    pub(super) hosts_taken: BTreeSet<String>,
    /// Objects outside of the workspace that its components depend on.
    pub(super) outside: BTreeMap<depends::Name, Dependee>,
}

/// What of a Gateway matters.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Gateway {
    /// Its addresses: type (`IPAddress` or `Hostname`) and value.
    pub(super) addresses: Vec<(String, String)>,
    /// Its listeners.
    pub(super) listeners: Vec<Listener>,
}

/// Why the Gateway cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum GatewayProblem {
    #[error(
        "the Gateway API is not installed in this cluster; install its CustomResourceDefinitions and an implementation"
    )]
    NoApi,
    #[error(
        "spec.networking.gateway: there is no Gateway {0}; correct the name or ask who runs the cluster"
    )]
    Missing(Key),
    #[error("Gateway {key} is not programmed yet: {message}")]
    NotProgrammed { key: Key, message: String },
    #[error("Gateway {0} has no address yet")]
    NoAddress(Key),
}

impl GatewayProblem {
    pub(super) fn verdict(&self) -> Verdict {
        let message = self.to_string();
        match self {
            Self::NoApi => Verdict::stalled(reason::GATEWAY_API_MISSING, message),
            Self::Missing(_) => Verdict::stalled(reason::GATEWAY_NOT_READY, message),
            Self::NotProgrammed { .. } | Self::NoAddress(_) => {
                Verdict::failing(reason::GATEWAY_NOT_READY, message)
            }
        }
    }
}

/// Reads everything, and asks for the hosts of the spec where that makes sense.
pub(super) fn observe(reads: &Reads, workspace: &Workspace, spec: Option<&Spec>) -> Observed {
    let uid = workspace.metadata.uid.clone().unwrap_or_default();
    let components = reads
        .owned::<Component>(&uid)
        .into_iter()
        .filter_map(|component| {
            let name = component
                .metadata
                .labels
                .as_ref()?
                .get(maquette_api::COMPONENT_LABEL)?
                .clone();
            Some((name, component))
        })
        .collect();
    let mut observed = Observed {
        components,
        records: reads.owned::<DNSRecord>(&uid),
        routes: reads.owned_raw(Kind::HTTPRoute, &uid),
        tunnels: reads.owned::<Tunnel>(&uid),
        ..Observed::default()
    };
    let is_deleted = workspace.metadata.deletion_timestamp.is_some();
    let Some(spec) = spec.filter(|_| !is_deleted) else {
        // It asks for nothing, and keeps what it holds.
        reads.claim(&workspace.metadata, &BTreeSet::new());
        return observed;
    };
    let networking = workspace.spec.networking.as_ref();
    observed.entrance = tunnel_provider(workspace).and_then(|name| entrance(reads, name));
    let namespace = workspace.metadata.namespace.clone().unwrap_or_default();
    let awaited = spec.outside.values().flatten();
    let awaited = awaited.map(|awaited| {
        let found = dependee(reads, &namespace, &awaited.name);
        (awaited.name.clone(), found)
    });
    observed.outside = awaited.collect();
    observed.taken = taken(reads, workspace, spec, &uid);
    observed.gateway = networking
        .and_then(|networking| networking.gateway.as_ref())
        .map(|reference| gateway(reads, gateway_key(workspace, reference)));
    observed.dns_provider = networking
        .and_then(|networking| networking.dns.as_ref())
        .and_then(|dns| {
            let named = dns.provider.clone();
            named.or_else(|| records::default_provider(reads))
        });
    let mut hosts = spec.hosts();
    if !hosts.is_empty() {
        observed.refusal = admission::refusal(reads, workspace, spec, &observed);
    }
    if observed.refusal.is_some() {
        hosts.retain(|host| holds(workspace, host));
    }
    observed.hosts_taken = reads.claim(&workspace.metadata, &hosts);
    observed
}

/// Whether the status says that the workspace holds the host.
pub(super) fn holds(workspace: &Workspace, host: &str) -> bool {
    let status = workspace.status.as_ref();
    status.is_some_and(|status| status.hosts.iter().any(|claim| claim.host == host))
}

fn taken(reads: &Reads, workspace: &Workspace, spec: &Spec, uid: &str) -> Vec<(Kind, Key)> {
    let is_other = |meta: &ObjectMeta| {
        let mut owners = meta.owner_references.iter().flatten();
        !owners.any(|owner| owner.uid == uid)
    };
    let mut names = parts::names(workspace, spec);
    names.retain(|(kind, key)| {
        let held = reads.meta(*kind, key);
        held.is_some_and(|meta| is_other(&meta))
    });
    names
}

fn entrance(reads: &Reads, provider: &str) -> Option<Entrance> {
    let key = Key::cluster(provider);
    reads.get_as(&key, |provider: Option<&Provider>| {
        provider.map(|provider| provider.spec.entrance.unwrap_or_default())
    })
}

fn gateway_key(workspace: &Workspace, reference: &GatewayRef) -> Key {
    let namespace = reference
        .namespace
        .clone()
        .or_else(|| workspace.metadata.namespace.clone())
        .unwrap_or_default();
    Key::new(namespace, reference.name.clone())
}

fn gateway(reads: &Reads, key: Key) -> Result<Gateway, GatewayProblem> {
    if !reads.serves(Kind::Gateway) || !reads.serves(Kind::HTTPRoute) {
        return Err(GatewayProblem::NoApi);
    }
    let gateway = reads
        .get::<GatewaySummary>(&key)
        .ok_or_else(|| GatewayProblem::Missing(key.clone()))?;
    if !gateway.programmed {
        let message = gateway.message.clone();
        return Err(GatewayProblem::NotProgrammed {
            key,
            message: message.unwrap_or_else(|| "no controller has accepted it".to_owned()),
        });
    }
    if gateway.addresses.is_empty() {
        return Err(GatewayProblem::NoAddress(key));
    }
    Ok(Gateway {
        addresses: gateway.addresses.clone(),
        listeners: gateway.listeners.clone(),
    })
}
