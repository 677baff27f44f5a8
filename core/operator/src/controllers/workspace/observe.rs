//! What exists of a workspace, and what around it matters.

use super::{names, places};
use crate::{
    cluster::{GatewaySummary, Key, Kind, RawObject, Reads},
    controllers::records,
};
use maquette_api::{
    Component, DNSRecord, Provider, Tunnel, Workspace, provider::Entrance, workspace::GatewayRef,
};
use std::{collections::BTreeMap, sync::Arc};

/// Everything the decision needs.
#[derive(Debug, Default)]
pub struct Observed {
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
    /// Names of wanted objects that exist and belong to somebody else.
    pub(super) taken: Vec<(Kind, Key)>,
    /// The Gateway, or why it cannot be used.
    pub(super) gateway: Option<Result<Gateway, GatewayProblem>>,
    /// Provider of its record sets.
    pub(super) dns_provider: Option<String>,
    /// Hosts of this workspace that an older workspace has.
    pub(super) hosts_taken: BTreeMap<String, Key>,
}

/// What of a Gateway matters.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Gateway {
    /// Its addresses: type (`IPAddress` or `Hostname`) and value.
    pub(super) addresses: Vec<(String, String)>,
    /// Its listeners: name, protocol, port.
    pub(super) listeners: Vec<(String, String, u16)>,
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

/// The Gateway that the workspace names.
pub(super) fn gateway_key(workspace: &Workspace) -> Option<Key> {
    let reference = workspace.spec.networking.as_ref()?.gateway.as_ref()?;
    Some(gateway_key_of(workspace, reference))
}

fn gateway_key_of(workspace: &Workspace, reference: &GatewayRef) -> Key {
    let namespace = reference
        .namespace
        .clone()
        .or_else(|| workspace.metadata.namespace.clone())
        .unwrap_or_default();
    Key::new(namespace, reference.name.clone())
}

pub(super) fn observe(reads: &Reads, workspace: &Workspace) -> Observed {
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
    let dns = workspace
        .spec
        .networking
        .as_ref()
        .and_then(|networking| networking.dns.as_ref());
    Observed {
        components,
        records: reads.owned::<DNSRecord>(&uid),
        routes: reads.owned_raw(Kind::HTTPRoute, &uid),
        tunnels: reads.owned::<Tunnel>(&uid),
        entrance: places::tunnel_provider(workspace).and_then(|name| entrance(reads, name)),
        taken: taken(reads, workspace, &uid),
        gateway: gateway_key(workspace).map(|key| gateway(reads, key)),
        dns_provider: dns.and_then(|dns| {
            dns.provider
                .clone()
                .or_else(|| records::default_provider(reads))
        }),
        hosts_taken: hosts_taken(reads, workspace),
    }
}

fn taken(reads: &Reads, workspace: &Workspace, uid: &str) -> Vec<(Kind, Key)> {
    let namespace = workspace.metadata.namespace.clone().unwrap_or_default();
    let name = workspace.metadata.name.clone().unwrap_or_default();
    let is_other = |owners: Option<&Vec<_>>| {
        !owners.into_iter().flatten().any(
            |owner: &k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference| {
                owner.uid == uid
            },
        )
    };
    let mut taken = Vec::new();
    for component in &workspace.spec.components {
        let key = Key::new(namespace.clone(), format!("{name}-{}", component.name));
        if reads
            .get::<Component>(&key)
            .is_some_and(|held| is_other(held.metadata.owner_references.as_ref()))
        {
            taken.push((Kind::Component, key));
        }
    }
    if let Some(provider) = places::tunnel_provider(workspace) {
        let key = names::of_tunnel(workspace, provider);
        if reads
            .get::<Tunnel>(&key)
            .is_some_and(|held| is_other(held.metadata.owner_references.as_ref()))
        {
            taken.push((Kind::Tunnel, key));
        }
    }
    for host in places::hosts(workspace) {
        let key = Key::new(namespace.clone(), names::of_host(&name, &host));
        if reads
            .get::<DNSRecord>(&key)
            .is_some_and(|held| is_other(held.metadata.owner_references.as_ref()))
        {
            taken.push((Kind::DNSRecord, key.clone()));
        }
        let route = reads.raw(Kind::HTTPRoute, &key);
        if route.is_some_and(|held| is_other(held.metadata.owner_references.as_ref())) {
            taken.push((Kind::HTTPRoute, key));
        }
    }
    taken
}

fn entrance(reads: &Reads, provider: &str) -> Option<Entrance> {
    let key = Key::cluster(provider);
    reads.get_as(&key, |provider: Option<&Provider>| {
        provider.map(|provider| provider.spec.entrance.unwrap_or_default())
    })
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
    let listeners = gateway.listeners.iter();
    Ok(Gateway {
        addresses: gateway.addresses.clone(),
        listeners: listeners
            .map(|listener| {
                (
                    listener.name.clone(),
                    listener.protocol.clone(),
                    listener.port,
                )
            })
            .collect(),
    })
}

fn hosts_taken(reads: &Reads, workspace: &Workspace) -> BTreeMap<String, Key> {
    let mine = places::hosts(workspace);
    if mine.is_empty() {
        return BTreeMap::new();
    }
    let own = age(workspace);
    reads.every_as(move |workspaces: &[Arc<Workspace>]| {
        let mut taken = BTreeMap::new();
        for other in workspaces.iter().filter(|other| age(other) < own) {
            for host in places::hosts(other).intersection(&mine) {
                taken.insert(host.clone(), Key::of(&other.metadata));
            }
        }
        taken
    })
}

/// Orders workspaces by age, those of one second by namespace and name.
fn age(
    workspace: &Workspace,
) -> (
    Option<k8s_openapi::apimachinery::pkg::apis::meta::v1::Time>,
    Key,
) {
    (
        workspace.metadata.creation_timestamp.clone(),
        Key::of(&workspace.metadata),
    )
}
