//! What exists of a tunnel: at the provider, in the operator's namespace, and beside it.

use super::{
    TunnelController,
    facts::{entry, is_stateless},
    hosts,
    known::Known,
    names,
    place::{Place, place},
    secret::{self, Held},
};
use crate::{
    cluster::{Key, Kind, PodSummary, RawObject, Reads},
    controllers::{access::Problem, records},
    providers::LaneError,
};
use k8s_openapi::api::core::v1::Secret;
use maquette_api::{DNSRecord, TUNNEL_LABEL, Tunnel};
use maquette_host::kinds::tunnel::{Observed as Seen, TunnelSecret};
use std::{collections::BTreeMap, sync::Arc};
use tokio::time::Instant;

/// Everything the decision needs.
#[derive(Debug)]
pub struct Observed {
    /// The mark that says that a tunnel is this object's.
    pub(super) owner: String,
    /// Name of the tunnel, and of the objects that run its connector.
    pub(super) name: String,
    /// Namespace of those.
    pub(super) namespace: String,
    /// Where it belongs, or why it cannot be there.
    pub(super) place: Result<Place, Problem>,
    /// What the provider said in this process, where that still holds.
    pub(super) known: Option<Arc<Known>>,
    /// What is at the provider, where it was looked at.
    pub(super) sight: Option<Result<Option<Seen>, LaneError>>,
    /// The tunnel's secret.
    pub(super) secret: Option<Held>,
    /// Another one, should one be needed.
    pub(super) candidate: Option<TunnelSecret>,
    /// What runs the connector.
    pub(super) deployment: Option<Arc<RawObject>>,
    /// The Secrets of the tunnel: kind of thing, key, UID.
    pub(super) secrets: Vec<(Key, String)>,
    /// Its pods.
    pub(super) pods: Vec<Arc<PodSummary>>,
    /// Its record sets.
    pub(super) records: Vec<Arc<DNSRecord>>,
    /// Provider of its record sets.
    pub(super) dns_provider: Option<String>,
    /// Names of wanted objects that exist and belong to somebody else.
    pub(super) taken: Vec<(Kind, Key)>,
    /// Hosts that an older tunnel has.
    pub(super) hosts_taken: BTreeMap<String, Key>,
}

pub(super) async fn observe(
    controller: &TunnelController,
    reads: &Reads,
    tunnel: &Tunnel,
) -> Observed {
    let key = Key::of(&tunnel.metadata);
    let name = entry(tunnel).map_or_else(
        || names::of(&controller.installation, &key),
        |entry| entry.name.clone(),
    );
    let place = place(controller, reads, &key, tunnel);
    let own = Key::new(controller.namespace.clone(), name.clone());
    let uid = tunnel.metadata.uid.clone().unwrap_or_default();
    let records = reads.owned::<DNSRecord>(&uid);
    let fingerprint = place.as_ref().ok().map(|place| place.fingerprint.as_str());
    let mut known = controller
        .memory
        .get(&key)
        .filter(|known| Some(known.fingerprint.as_str()) == fingerprint);
    let sight = if place.is_ok() && needs_look(tunnel, &place, known.as_deref(), &records) {
        let sight = reads.wait(look(controller, &key, tunnel, &name)).await;
        known = confirm(controller, &key, known, &sight);
        Some(sight)
    } else {
        None
    };
    let held = secret::held(reads.get::<Secret>(&own).as_deref());
    Observed {
        owner: controller.owner(&key),
        place,
        known,
        sight,
        candidate: TunnelSecret::random()
            .inspect_err(|error| tracing::error!(%error, "no secret can be made"))
            .ok(),
        secret: held,
        deployment: reads.raw(Kind::Deployment, &own),
        secrets: secrets(reads, &own),
        pods: reads.pods(&own),
        records,
        dns_provider: tunnel.spec.dns.as_ref().and_then(|dns| {
            dns.provider
                .clone()
                .or_else(|| records::default_provider(reads))
        }),
        taken: taken(reads, &key, tunnel, &own, &uid),
        hosts_taken: hosts::taken(reads, tunnel),
        namespace: controller.namespace.clone(),
        name,
    }
}

/// Whether the provider has to be looked at: it was not for its interval, or the tunnel's end waits for it.
fn needs_look(
    tunnel: &Tunnel,
    place: &Result<Place, Problem>,
    known: Option<&Known>,
    records: &[Arc<DNSRecord>],
) -> bool {
    if tunnel.metadata.deletion_timestamp.is_some() {
        return records.is_empty() && entry(tunnel).is_some_and(|entry| !is_stateless(entry));
    }
    let (Ok(place), Some(known)) = (place, known) else {
        return false;
    };
    !known.is_fresh(place.interval)
}

async fn look(
    controller: &TunnelController,
    key: &Key,
    tunnel: &Tunnel,
    name: &str,
) -> Result<Option<Seen>, LaneError> {
    let configured = controller.registry.get(&tunnel.spec.provider);
    let lane = configured
        .and_then(|configured| configured.tunnels.clone())
        .ok_or(LaneError::Closed)?;
    let object = format!("Tunnel/{key}");
    match entry(tunnel).and_then(|entry| entry.id.clone()) {
        Some(id) => lane.observe(&object, &id).await,
        None => lane.find(&object, &controller.owner(key), name).await,
    }
}

/// Remembers that the provider was seen to be right.
fn confirm(
    controller: &TunnelController,
    key: &Key,
    known: Option<Arc<Known>>,
    sight: &Result<Option<Seen>, LaneError>,
) -> Option<Arc<Known>> {
    let known = known?;
    let Ok(Some(seen)) = sight else {
        return Some(known);
    };
    let mut confirmed = (*known).clone();
    confirmed.connections = seen.connections;
    if known.agrees(seen) {
        confirmed.seen_at = Some(Instant::now());
        confirmed.set = true;
        confirmed.established.version.clone_from(&seen.version);
    }
    controller.memory.put(key.clone(), confirmed);
    controller.memory.get(key)
}

fn secrets(reads: &Reads, own: &Key) -> Vec<(Key, String)> {
    let files = Key::new(own.namespace.clone(), names::of_files(&own.name));
    let found = [own.clone(), files].into_iter().filter_map(|key| {
        let secret = reads.get::<Secret>(&key)?;
        let uid = secret.metadata.uid.clone()?;
        is_marked(secret.metadata.labels.as_ref()).then_some((key, uid))
    });
    found.collect()
}

fn is_marked(labels: Option<&BTreeMap<String, String>>) -> bool {
    labels.is_some_and(|labels| labels.contains_key(TUNNEL_LABEL))
}

fn taken(reads: &Reads, key: &Key, tunnel: &Tunnel, own: &Key, uid: &str) -> Vec<(Kind, Key)> {
    let mut taken = Vec::new();
    let files = Key::new(own.namespace.clone(), names::of_files(&own.name));
    for secret in [own.clone(), files] {
        if reads
            .get::<Secret>(&secret)
            .is_some_and(|held| !is_marked(held.metadata.labels.as_ref()))
        {
            taken.push((Kind::Secret, secret));
        }
    }
    let deployment = reads.raw(Kind::Deployment, own);
    if deployment.is_some_and(|held| !is_marked(held.metadata.labels.as_ref())) {
        taken.push((Kind::Deployment, own.clone()));
    }
    if tunnel.spec.dns.is_some() {
        for host in hosts::of(tunnel) {
            let name = names::of_host(key, host);
            let is_ours = |record: &DNSRecord| {
                let owners = record.metadata.owner_references.iter().flatten();
                owners.into_iter().any(|owner| owner.uid == uid)
            };
            if reads
                .get::<DNSRecord>(&name)
                .is_some_and(|held| !is_ours(&held))
            {
                taken.push((Kind::DNSRecord, name));
            }
        }
    }
    taken
}
