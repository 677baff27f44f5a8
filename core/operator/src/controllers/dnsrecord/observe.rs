//! Who may keep the record set where, and what is there now.

use super::{
    DnsRecordController, payer,
    place::{Place, Problem, place},
};
use crate::{
    cluster::{Key, Reads},
    providers::{LaneError, Sight},
};
use maquette_api::{DNSRecord, LedgerEntry, LedgerState, RecordType, owner};
use maquette_host::dns::{self, RecordSet};
use std::{collections::BTreeMap, time::Duration};

/// Everything the decision needs.
#[derive(Debug)]
pub struct Observed {
    /// The mark that says that a record set is this object's.
    pub(super) owner: String,
    /// Where the record set belongs, and how often it is compared; or why it cannot be kept.
    pub(super) place: Result<Place, Problem>,
    /// What is at the provider, where it was looked at, by the entry's position.
    pub(super) sights: BTreeMap<Spot, Result<Sight, LaneError>>,
    /// Whether the record set was seen to be right so recently that it need not be looked at.
    pub(super) fresh: bool,
}

/// Where a record set is.
pub(super) type Spot = (String, String, String);

pub(super) fn spot(entry: &LedgerEntry) -> Spot {
    (
        entry.provider.clone(),
        entry.zone.clone(),
        entry.name.clone(),
    )
}

pub(super) fn kind(kind: RecordType) -> dns::RecordType {
    match kind {
        RecordType::A => dns::RecordType::A,
        RecordType::Aaaa => dns::RecordType::Aaaa,
        RecordType::Cname => dns::RecordType::Cname,
        RecordType::Txt => dns::RecordType::Txt,
    }
}

/// The record set of the spec.
pub(super) fn wanted(record: &DNSRecord) -> RecordSet {
    RecordSet {
        name: record.spec.name.clone(),
        kind: kind(record.spec.kind),
        ttl: record.spec.ttl,
        values: record.spec.values.clone(),
    }
}

pub(super) async fn observe(
    controller: &DnsRecordController,
    reads: &Reads,
    record: &DNSRecord,
) -> Observed {
    let key = Key::of(&record.metadata);
    let place = place(controller, reads, &key, record).await;
    let ledger = record
        .status
        .as_ref()
        .map(|status| status.ledger.clone())
        .unwrap_or_default();
    let deleting = record.metadata.deletion_timestamp.is_some();
    let fresh = !deleting && is_fresh(controller, &key, record, place.as_ref().ok(), &ledger);
    let mut sights = BTreeMap::new();
    if !fresh {
        let known = ledger.iter().chain(
            place
                .as_ref()
                .ok()
                .filter(|_| !deleting && !is_new(record))
                .map(|place| &place.entry),
        );
        for entry in known {
            let is_wanted = place
                .as_ref()
                .is_ok_and(|place| spot(&place.entry) == spot(entry));
            let wanted = is_wanted.then(|| wanted(record));
            if let std::collections::btree_map::Entry::Vacant(vacant) = sights.entry(spot(entry)) {
                vacant.insert(reads.wait(look(controller, record, entry, wanted)).await);
            }
        }
        let right = place
            .as_ref()
            .ok()
            .and_then(|place| sights.get(&spot(&place.entry)))
            .is_some_and(Result::is_ok);
        if right && !deleting {
            controller.confirm(key, record.metadata.generation);
        }
    }
    Observed {
        owner: owner_of(controller, record),
        place,
        sights,
        fresh,
    }
}

fn owner_of(controller: &DnsRecordController, record: &DNSRecord) -> String {
    let key = Key::of(&record.metadata);
    owner::mark(&controller.installation, &key.namespace, &key.name)
}

/// Nothing was tried for this spec yet, so there is nothing to look at: the call that makes it checks by itself.
pub(super) fn is_new(record: &DNSRecord) -> bool {
    record.status.as_ref().is_none_or(|status| {
        status.ledger.is_empty() && status.observed_generation != record.metadata.generation
    })
}

fn is_fresh(
    controller: &DnsRecordController,
    key: &Key,
    record: &DNSRecord,
    place: Option<&Place>,
    ledger: &[LedgerEntry],
) -> bool {
    let Some(place) = place else { return false };
    let settled = match ledger {
        [only] => {
            spot(only) == spot(&place.entry)
                && only.kind == place.entry.kind
                && only.state == LedgerState::Present
        }
        _ => false,
    };
    settled
        && controller.confirmed(key).is_some_and(|(at, generation)| {
            generation == record.metadata.generation
                && at.elapsed() + Duration::from_millis(500) < place.interval
        })
}

async fn look(
    controller: &DnsRecordController,
    record: &DNSRecord,
    entry: &LedgerEntry,
    wanted: Option<RecordSet>,
) -> Result<Sight, LaneError> {
    let lane = controller
        .registry
        .get(&entry.provider)
        .and_then(|provider| provider.lane(&entry.zone));
    lane.ok_or(LaneError::Closed)?
        .look(payer(record), entry.name.clone(), wanted)
        .await
}
