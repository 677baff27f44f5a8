//! What exists of a tunnel: at the provider, in the operator's namespace, and beside it.

use super::{
    TunnelController,
    facts::{entry, is_intended, is_stateless},
    hosts,
    known::Known,
    names,
    place::{Place, place},
    secret::{self, Held},
};
use crate::{
    cluster::{Key, Kind, PodSummary, RawObject, Reads},
    controllers::{
        access::{self, Problem},
        outside::Recalled,
        records,
    },
    providers::LaneError,
};
use k8s_openapi::api::core::v1::Secret;
use maquette_api::{DNSRecord, RecordType, Tunnel};
use maquette_host::{
    PluginError,
    kinds::tunnel::{Observed as Seen, TunnelSecret},
};
use std::{collections::BTreeSet, sync::Arc};
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
    /// The tunnel at the provider, where it was observed.
    pub(super) sight: Option<Result<Option<Seen>, LaneError>>,
    /// What this process knows of earlier calls.
    pub(super) recalled: Recalled,
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
    /// Hosts that another object holds.
    pub(super) hosts_taken: BTreeSet<String>,
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
        .known
        .get(&key)
        .filter(|known| Some(known.fingerprint.as_str()) == fingerprint);
    let sight = if place.is_ok() && needs_look(tunnel, &place, known.as_deref(), &records) {
        let sight = look(controller, reads, &key, tunnel, &name).await;
        known = confirm(controller, &key, known, &sight);
        Some(sight)
    } else {
        None
    };
    let held = secret::held(reads.get::<Secret>(&own).as_deref(), &key);
    let in_trouble = match &place {
        Err(problem) => problem.is_trouble(),
        Ok(_) => matches!(sight, Some(Err(_))),
    };
    let recalled = controller
        .memory
        .recall(&key, is_intended(tunnel), in_trouble);
    Observed {
        recalled,
        owner: controller.owner(&key),
        hosts_taken: hosts::claim(reads, tunnel, place.is_ok()),
        place,
        known,
        sight,
        candidate: TunnelSecret::random()
            .inspect_err(|error| tracing::error!(%error, "no secret can be made"))
            .ok(),
        secret: held,
        deployment: reads
            .raw(Kind::Deployment, &own)
            .filter(|deployment| names::is_of(&deployment.metadata, &key)),
        secrets: secrets(reads, &key, &own),
        pods: reads.pods(&own),
        records,
        dns_provider: tunnel.spec.dns.as_ref().and_then(|dns| {
            dns.provider
                .clone()
                .or_else(|| records::default_provider(reads))
        }),
        taken: taken(reads, &key, tunnel, &own, &uid),
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
    reads: &Reads,
    key: &Key,
    tunnel: &Tunnel,
    name: &str,
) -> Result<Option<Seen>, LaneError> {
    let configured = access::for_removal(reads, &controller.registry, &tunnel.spec.provider);
    let tunnels = configured.ok().and_then(|bound| bound.tunnels.clone());
    let lane = tunnels.ok_or(LaneError::Closed)?;
    let object = format!("Tunnel/{key}");
    let id = entry(tunnel).and_then(|entry| entry.id.clone());
    if let Some(id) = &id {
        let seen = reads.wait(lane.observe(&object, id)).await?;
        if seen.is_some() || tunnel.metadata.deletion_timestamp.is_none() {
            return Ok(seen);
        }
    }
    // A call without an answer may have created another one under the name after the deletion of the first.
    let owner = controller.owner(key);
    match reads.wait(lane.find(&object, &owner, name)).await {
        Err(error) if id.is_some() && is_unsupported(&error) => Ok(None),
        found => found,
    }
}

fn is_unsupported(error: &LaneError) -> bool {
    matches!(error.plugin(), Some(PluginError::Unsupported(_)))
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
    controller.known.put(key.clone(), confirmed);
    controller.known.get(key)
}

fn secrets(reads: &Reads, tunnel: &Key, own: &Key) -> Vec<(Key, String)> {
    let files = Key::new(own.namespace.clone(), names::of_files(&own.name));
    let found = [own.clone(), files].into_iter().filter_map(|key| {
        let secret = reads.get::<Secret>(&key)?;
        let uid = secret.metadata.uid.clone()?;
        names::is_of(&secret.metadata, tunnel).then_some((key, uid))
    });
    found.collect()
}

fn taken(reads: &Reads, key: &Key, tunnel: &Tunnel, own: &Key, uid: &str) -> Vec<(Kind, Key)> {
    let mut taken = Vec::new();
    let files = Key::new(own.namespace.clone(), names::of_files(&own.name));
    for secret in [own.clone(), files] {
        if reads
            .get::<Secret>(&secret)
            .is_some_and(|held| !names::is_of(&held.metadata, key))
        {
            taken.push((Kind::Secret, secret));
        }
    }
    let deployment = reads.raw(Kind::Deployment, own);
    if deployment.is_some_and(|held| !names::is_of(&held.metadata, key)) {
        taken.push((Kind::Deployment, own.clone()));
    }
    if tunnel.spec.dns.is_some() {
        for host in hosts::of(tunnel) {
            let names =
                [RecordType::A, RecordType::Aaaa].map(|kind| names::of_host(key, host, kind));
            let is_ours = |record: &DNSRecord| {
                let mut owners = record.metadata.owner_references.iter().flatten();
                owners.any(|owner| owner.uid == uid)
            };
            for name in names {
                let held = reads.get::<DNSRecord>(&name);
                if held.is_some_and(|held| !is_ours(&held)) {
                    taken.push((Kind::DNSRecord, name));
                }
            }
        }
    }
    taken
}
