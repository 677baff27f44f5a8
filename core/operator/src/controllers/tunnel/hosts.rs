//! The hosts of a tunnel: which of them it holds, and their names, kept as record sets that point to the tunnel.

use super::{Observed, names};
use crate::{
    cluster::{Key, Kind, Reads},
    controllers::records::{self, Record},
    engine::{Deletion, Desired, managed_labels, owner_reference},
};
use jiff::Timestamp;
use maquette_api::{
    DNSRecord, HostClaim, RecordType, Tunnel,
    condition::{READY, STALLED, Verdict, find, holds as holds_condition},
    reason,
};
use std::collections::BTreeSet;

/// Hosts of a tunnel.
pub(super) fn of(tunnel: &Tunnel) -> BTreeSet<&str> {
    let routes = tunnel.spec.routes.iter();
    routes.map(|route| route.host.as_str()).collect()
}

/// Asks for the hosts of the spec. Returns those that another object holds. A tunnel that its Provider does not admit asks
/// only for what it holds.
pub(super) fn claim(reads: &Reads, tunnel: &Tunnel, is_admitted: bool) -> BTreeSet<String> {
    let is_deleted = tunnel.metadata.deletion_timestamp.is_some();
    let hosts = of(tunnel).into_iter().map(str::to_owned);
    let asked = hosts.filter(|host| !is_deleted && (is_admitted || holds(tunnel, host)));
    reads.claim(&tunnel.metadata, &asked.collect())
}

fn held(tunnel: &Tunnel) -> &[HostClaim] {
    let status = tunnel.status.as_ref();
    status
        .map(|status| status.hosts.as_slice())
        .unwrap_or_default()
}

fn holds(tunnel: &Tunnel, host: &str) -> bool {
    held(tunnel).iter().any(|claim| claim.host == host)
}

/// The hosts that the tunnel holds, for its status. A host that left the spec is held until nothing serves it any more.
/// `now` is the time at which it got those that it did not hold before.
pub(super) fn claims(tunnel: &Tunnel, observed: &Observed, now: Timestamp) -> Vec<HostClaim> {
    let wanted = of(tunnel);
    let gets = |host: &str| {
        !observed.hosts_taken.contains(host) && (observed.place.is_ok() || holds(tunnel, host))
    };
    let is_set = observed
        .known
        .as_ref()
        .is_some_and(|known| known.routes == super::facts::wanted(tunnel));
    let is_deleted = tunnel.metadata.deletion_timestamp.is_some();
    let has_record = |host: &str| observed.records.iter().any(|r| r.spec.name == host);
    let given_up = held(tunnel).iter().map(|claim| claim.host.as_str());
    let given_up = given_up
        .filter(|host| !wanted.contains(host) && (is_deleted || !is_set || has_record(host)));
    let hosts = wanted.iter().copied().filter(|host| gets(host));
    let hosts: BTreeSet<&str> = hosts.chain(given_up).collect();
    HostClaim::extend(held(tunnel), hosts.into_iter().map(str::to_owned), now)
}

/// The record sets that should exist once their target is known.
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
    let sets = records::sets(target);
    let records = of(tunnel).into_iter().flat_map(|host| {
        let record = |(kind, values): &(RecordType, Vec<String>)| {
            Record {
                key: names::of_host(&key, host, *kind),
                owner: &owner,
                labels: &labels,
                provider,
                zone: dns.zone.as_deref(),
                host,
                kind: *kind,
                values,
                ttl: dns.ttl,
            }
            .desired()
        };
        sets.iter().map(record).collect::<Vec<_>>()
    });
    records.collect()
}

/// Record sets that are not wanted any more. Those of a host that left the spec are deleted at once, those that others replace
/// when these are there.
pub(super) fn stale(tunnel: &Tunnel, observed: &Observed, wanted: &[Desired]) -> Vec<Deletion> {
    let is_ready = |desired: &Desired| {
        observed.records.iter().any(|record| {
            Key::of(&record.metadata) == desired.key
                && current(record).is_some_and(|c| holds_condition(c, READY))
        })
    };
    let replaced = !wanted.is_empty() && wanted.iter().all(is_ready);
    let hosts = of(tunnel);
    let is_stale = |record: &DNSRecord| {
        let key = Key::of(&record.metadata);
        let is_wanted = wanted.iter().any(|desired| desired.key == key);
        let is_gone = !hosts.contains(record.spec.name.as_str()) || tunnel.spec.dns.is_none();
        is_gone || (!is_wanted && replaced)
    };
    let stale = observed.records.iter().filter(|record| is_stale(record));
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

/// Why the deletion of the names takes longer.
pub(super) fn held_up(observed: &Observed) -> Option<Verdict> {
    let deleted = observed.records.iter();
    let mut deleted = deleted.filter(|record| record.metadata.deletion_timestamp.is_some());
    deleted.find_map(|record| {
        let ready = find(&record.status.as_ref()?.conditions, READY)?;
        let reason = reason::ALL.iter().find(|known| **known == ready.reason)?;
        let is_cause = ![reason::READY, reason::PROGRESSING, reason::TERMINATING].contains(reason);
        let message = format!("name {}: {}", record.spec.name, ready.message);
        is_cause.then(|| Verdict::failing(reason, message))
    })
}

/// Problems and progress of the names.
pub(super) fn verdict(tunnel: &Tunnel, observed: &Observed) -> Option<Verdict> {
    tunnel.spec.dns.as_ref()?;
    if observed.dns_provider.is_none() {
        return Some(Verdict::stalled(
            reason::PROVIDER_NOT_FOUND,
            "spec.dns.provider: set it, or annotate a Provider with maquette.dev/default-for=dns",
        ));
    }
    of(tunnel).into_iter().find_map(|host| {
        let of_host = |record: &&std::sync::Arc<DNSRecord>| record.spec.name == host;
        let mut records = observed.records.iter().filter(of_host).peekable();
        if records.peek().is_none() {
            return Some(pending(host));
        }
        records.find_map(|record| verdict_of(record))
    })
}

fn pending(host: &str) -> Verdict {
    let message = format!("the record of {host} is being created");
    Verdict::progressing(reason::PROGRESSING, message)
}

fn verdict_of(record: &DNSRecord) -> Option<Verdict> {
    let host = &record.spec.name;
    let Some(conditions) = current(record) else {
        return Some(pending(host));
    };
    let ready = find(conditions, READY)?;
    if ready.status == "True" {
        return None;
    }
    let known = reason::ALL.iter().find(|known| {
        **known == ready.reason && ![reason::PROGRESSING, reason::TERMINATING].contains(known)
    });
    let Some(reason) = known else {
        return Some(pending(host));
    };
    let message = format!("name {host}: {}", ready.message);
    Some(if holds_condition(conditions, STALLED) {
        Verdict::stalled(reason, message)
    } else {
        Verdict::failing(reason, message)
    })
}
