//! Which changes bring the provider to what the spec says.

use super::{
    Call, Observed,
    observe::{is_new, kind, spot, wanted},
    place::{Place, Problem},
};
use crate::{
    controllers::{
        access,
        moments::{LATER, SOON, until_tick},
    },
    engine::{Finalizer, Notice, Plan},
};
use jiff::Timestamp;
use maquette_api::{DNSRecord, LedgerEntry, LedgerState, RecordType, reason};
use maquette_host::dns::{self, Change, Creation, Deletion, RecordSet, Replacement};

pub(super) fn plan(record: &DNSRecord, observed: &Observed, now: Timestamp) -> Plan<Call> {
    if is_starting(observed) {
        return Plan::default();
    }
    if record.metadata.deletion_timestamp.is_some() {
        teardown(record, observed)
    } else {
        keep(record, observed, now)
    }
}

/// Whether the provider will be there in a moment, so that there is nothing to do nor to say.
pub(super) fn is_starting(observed: &Observed) -> bool {
    matches!(
        observed.place,
        Err(Problem::Access(access::Problem::Starting(_)))
    )
}

fn ledger(record: &DNSRecord) -> &[LedgerEntry] {
    record
        .status
        .as_ref()
        .map(|status| status.ledger.as_slice())
        .unwrap_or_default()
}

/// What of the ledger may still exist as far as is known.
pub(super) fn remaining<'a>(
    record: &'a DNSRecord,
    observed: &'a Observed,
) -> impl Iterator<Item = &'a LedgerEntry> {
    ledger(record)
        .iter()
        .filter(|entry| !is_seen_absent(entry, observed))
}

/// Whether the entry's record set was seen to be absent or another's.
fn is_seen_absent(entry: &LedgerEntry, observed: &Observed) -> bool {
    matches!(observed.sights.get(&spot(entry)), Some(Ok(_))) && ours(entry, observed).is_none()
}

/// The entry's record set, where it exists and carries this object's mark.
pub(super) fn ours<'a>(entry: &LedgerEntry, observed: &'a Observed) -> Option<&'a dns::Observed> {
    live(entry, observed).filter(|seen| seen.owner.as_deref() == Some(&observed.owner))
}

/// The entry's record set, whoever owns it.
pub(super) fn live<'a>(entry: &LedgerEntry, observed: &'a Observed) -> Option<&'a dns::Observed> {
    let sight = observed.sights.get(&spot(entry))?.as_ref().ok()?;
    sight
        .live
        .iter()
        .find(|seen| seen.records.kind == kind(entry.kind))
}

pub(super) fn is_abandoned(record: &DNSRecord) -> bool {
    access::is_abandoned(record.metadata.annotations.as_ref())
}

fn teardown(record: &DNSRecord, observed: &Observed) -> Plan<Call> {
    let calls: Vec<Call> = remaining(record, observed)
        .filter(|entry| ours(entry, observed).is_some())
        .map(|entry| delete(entry, observed))
        .collect();
    let done = remaining(record, observed).next().is_none() || is_abandoned(record);
    Plan {
        finalizer: if done {
            Finalizer::Remove
        } else {
            Finalizer::Keep
        },
        again_in: (!calls.is_empty()).then_some(SOON),
        calls: if done { Vec::new() } else { calls },
        ..Plan::default()
    }
}

fn keep(record: &DNSRecord, observed: &Observed, now: Timestamp) -> Plan<Call> {
    let mut plan = Plan {
        finalizer: Finalizer::held_by(&record.metadata),
        ..Plan::default()
    };
    let Ok(place) = &observed.place else {
        plan.again_in = Some(LATER);
        return plan;
    };
    plan.again_in = Some(until_tick(place.interval, now));
    let change = bring(record, observed, place);
    plan.notices.extend(repair(record, place, change.as_ref()));
    let old: Vec<&LedgerEntry> = remaining(record, observed)
        .filter(|entry| !same_place(entry, &place.entry))
        .collect();
    let is_there = is_present(record, observed, place);
    let may_go =
        |entry: &LedgerEntry| is_there || (change.is_some() && is_in_the_way(entry, &place.entry));
    let going: Vec<Call> = old
        .iter()
        .filter(|entry| may_go(entry) && ours(entry, observed).is_some())
        .map(|entry| delete(entry, observed))
        .collect();
    if (is_there && !old.is_empty()) || !going.is_empty() {
        plan.again_in = Some(SOON);
    }
    plan.calls = going;
    plan.calls.extend(change);
    plan
}

/// Whether one cannot exist as long as the other does: an alias is all that a name has (RFC 1034, section 3.6.2). Then
/// both changes belong into one batch, so that the name is not without an answer.
fn is_in_the_way(old: &LedgerEntry, new: &LedgerEntry) -> bool {
    spot(old) == spot(new)
        && old.kind != new.kind
        && [old.kind, new.kind].contains(&RecordType::Cname)
}

/// The change that makes the record set what the spec says, where one is needed.
fn bring(record: &DNSRecord, observed: &Observed, place: &Place) -> Option<Call> {
    if observed.fresh {
        return None;
    }
    let create = || {
        Change::Create(Creation {
            records: wanted(record),
            owner: observed.owner.clone(),
        })
    };
    let change = match observed.sights.get(&spot(&place.entry)) {
        None if is_new(record) => create(),
        None | Some(Err(_)) => return None,
        Some(Ok(sight)) => match live(&place.entry, observed) {
            None => create(),
            Some(seen) if seen.owner.as_deref() != Some(&observed.owner) => return None,
            Some(seen)
                if sight
                    .normal
                    .as_ref()
                    .is_some_and(|normal| is_same(normal, &seen.records)) =>
            {
                return None;
            }
            Some(seen) => Change::Replace(Replacement {
                records: wanted(record),
                owner: observed.owner.clone(),
                expect: seen.etag.clone(),
            }),
        },
    };
    Some(Call {
        entry: place.entry.clone(),
        change,
    })
}

fn delete(entry: &LedgerEntry, observed: &Observed) -> Call {
    let deletion = Deletion {
        name: entry.name.clone(),
        kind: kind(entry.kind),
        owner: observed.owner.clone(),
    };
    Call {
        entry: entry.clone(),
        change: Change::Delete(deletion),
    }
}

/// Something is changed although the spec did not: somebody else changed it.
fn repair(record: &DNSRecord, place: &Place, change: Option<&Call>) -> Option<Notice> {
    let status = record.status.as_ref()?;
    let was_right = status.observed_generation == record.metadata.generation
        && status
            .ledger
            .iter()
            .any(|entry| same_place(entry, &place.entry) && entry.state == LedgerState::Present);
    (was_right && change.is_some()).then(|| Notice {
        warning: false,
        reason: reason::DRIFT_REPAIRED,
        message: format!(
            "{} was changed or removed at {} by somebody else and is put right",
            place.entry.name, place.entry.provider
        ),
    })
}

/// Whether the record set of the spec is known to exist, so that an old one may go.
fn is_present(record: &DNSRecord, observed: &Observed, place: &Place) -> bool {
    ours(&place.entry, observed).is_some()
        || (observed.fresh
            && ledger(record).iter().any(|entry| {
                same_place(entry, &place.entry) && entry.state == LedgerState::Present
            }))
}

pub(super) fn same_place(one: &LedgerEntry, other: &LedgerEntry) -> bool {
    spot(one) == spot(other) && one.kind == other.kind
}

fn is_same(one: &RecordSet, other: &RecordSet) -> bool {
    let sorted = |set: &RecordSet| {
        let mut values = set.values.clone();
        values.sort();
        values
    };
    one.ttl == other.ttl && sorted(one) == sorted(other)
}
