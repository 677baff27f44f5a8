//! The names of the hosts, kept as record sets that point to the tunnel.

use super::{Observed, names};
use crate::{
    cluster::{Key, Kind, Reads},
    controllers::records::Record,
    engine::{Deletion, Desired, managed_labels, owner_reference},
};
use maquette_api::{
    DNSRecord, Tunnel,
    condition::{READY, STALLED, Verdict, find, holds},
    reason,
};
use std::collections::{BTreeMap, BTreeSet};

/// Hosts of a tunnel.
pub(super) fn of(tunnel: &Tunnel) -> BTreeSet<&str> {
    let routes = tunnel.spec.routes.iter();
    routes.map(|route| route.host.as_str()).collect()
}

/// Hosts that an older tunnel of the same Provider has, with that tunnel.
pub(super) fn taken(reads: &Reads, tunnel: &Tunnel) -> BTreeMap<String, Key> {
    let age = |tunnel: &Tunnel| {
        (
            tunnel.metadata.creation_timestamp.clone(),
            Key::of(&tunnel.metadata),
        )
    };
    let (mine, own) = (of(tunnel), age(tunnel));
    let mut taken = BTreeMap::new();
    for other in reads.every::<Tunnel>() {
        if other.spec.provider != tunnel.spec.provider || age(&other) >= own {
            continue;
        }
        for host in of(&other).intersection(&mine) {
            taken.insert((*host).to_owned(), Key::of(&other.metadata));
        }
    }
    taken
}

/// The record sets that shall exist once it is known what they point to.
pub(super) fn desired(tunnel: &Tunnel, observed: &Observed, target: &[String]) -> Vec<Desired> {
    let (Some(dns), Some(provider)) = (&tunnel.spec.dns, &observed.dns_provider) else {
        return Vec::new();
    };
    if target.is_empty() {
        return Vec::new();
    }
    let key = Key::of(&tunnel.metadata);
    let (owner, labels) = (
        owner_reference(Kind::Tunnel, tunnel),
        managed_labels(&key.name),
    );
    let record = |host: &str| {
        Record {
            key: names::of_host(&key, host),
            owner: &owner,
            labels: &labels,
            provider,
            zone: dns.zone.as_deref(),
            host,
            targets: target,
            ttl: dns.ttl,
        }
        .desired()
    };
    of(tunnel).into_iter().map(record).collect()
}

/// Record sets that are not wanted any more: they go when the wanted ones are there.
pub(super) fn stale(observed: &Observed, wanted: &[Desired]) -> Vec<Deletion> {
    let is_ready = |desired: &Desired| {
        observed.records.iter().any(|record| {
            Key::of(&record.metadata) == desired.key
                && current(record).is_some_and(|c| holds(c, READY))
        })
    };
    if !wanted.iter().all(is_ready) {
        return Vec::new();
    }
    let is_wanted = |record: &DNSRecord| {
        let key = Key::of(&record.metadata);
        wanted.iter().any(|desired| desired.key == key)
    };
    let stale = observed.records.iter().filter(|record| !is_wanted(record));
    stale
        .filter_map(|record| Deletion::of(Kind::DNSRecord, &record.metadata))
        .collect()
}

fn current(
    record: &DNSRecord,
) -> Option<&[k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition]> {
    let status = record.status.as_ref()?;
    (status.observed_generation == record.metadata.generation)
        .then_some(status.conditions.as_slice())
}

/// What of the names is wrong or on its way.
pub(super) fn verdict(tunnel: &Tunnel, observed: &Observed) -> Option<Verdict> {
    tunnel.spec.dns.as_ref()?;
    if observed.dns_provider.is_none() {
        return Some(Verdict::stalled(
            reason::PROVIDER_NOT_FOUND,
            "spec.dns.provider: set it, or annotate a Provider with maquette.dev/default-for=dns",
        ));
    }
    let key = Key::of(&tunnel.metadata);
    of(tunnel).into_iter().find_map(|host| {
        let name = names::of_host(&key, host);
        let record = observed
            .records
            .iter()
            .find(|record| Key::of(&record.metadata) == name);
        let pending = || {
            Verdict::progressing(
                reason::PROGRESSING,
                format!("the name {host} is being made"),
            )
        };
        let Some(conditions) = record.and_then(|record| current(record)) else {
            return Some(pending());
        };
        let ready = find(conditions, READY)?;
        if ready.status == "True" {
            return None;
        }
        let known = reason::ALL.iter().find(|known| {
            **known == ready.reason && ![reason::PROGRESSING, reason::TERMINATING].contains(known)
        });
        let Some(reason) = known else {
            return Some(pending());
        };
        let message = format!("name {host}: {}", ready.message);
        Some(if holds(conditions, STALLED) {
            Verdict::stalled(reason, message)
        } else {
            Verdict::failing(reason, message)
        })
    })
}
