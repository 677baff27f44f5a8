//! Which changes bring the provider to the spec.

use super::{
    Call, Observed, ledger,
    observed::{kind, spot, wanted},
    place::{Place, Problem},
};
use crate::{
    cluster::Key,
    controllers::{
        moments::{LATER, SOON},
        outside::{self, Seen, Standing, standing, until_retry, until_turn},
    },
    engine::{Finalizer, Notice, Plan},
};
use jiff::Timestamp;
use maquette_api::{DNSRecord, LedgerEntry, LedgerState, RecordType, owner, reason};
use maquette_host::dns::{self, Change, Creation, Deletion, RecordSet, Replacement};

pub(super) fn plan(record: &DNSRecord, observed: &Observed, now: Timestamp) -> Plan<Call> {
    if record.metadata.deletion_timestamp.is_some() {
        teardown(record, observed)
    } else {
        keep(record, observed, now)
    }
}

/// Entries of the ledger that may still exist as far as is known.
pub(super) fn remaining<'a>(
    record: &'a DNSRecord,
    observed: &'a Observed,
) -> impl Iterator<Item = &'a LedgerEntry> {
    let may_exist = |entry: &&LedgerEntry| {
        !matches!(
            standing_of(entry, observed),
            Standing::Absent | Standing::Foreign(_)
        )
    };
    ledger(record).iter().filter(may_exist)
}

/// What is known of the entry's record set.
fn standing_of<'a>(entry: &LedgerEntry, observed: &'a Observed) -> Standing<'a> {
    let seen = match observed.sights.get(&spot(entry)) {
        Some(Ok(_)) => Some(Ok(
            live(entry, observed).map(|seen| Seen(seen.owner.as_deref()))
        )),
        Some(Err(problem)) => problem.lane().map(Err),
        None => None,
    };
    let is_intended = entry.state == LedgerState::Intended;
    standing(seen, &observed.owner, is_intended, &observed.recalled)
}

/// The entry's record set, where it exists and is this object's.
pub(super) fn ours<'a>(entry: &LedgerEntry, observed: &'a Observed) -> Option<&'a dns::Observed> {
    live(entry, observed).filter(|seen| seen.owner.as_deref() == Some(&observed.owner))
}

/// The entry's record set, with any owner.
fn live<'a>(entry: &LedgerEntry, observed: &'a Observed) -> Option<&'a dns::Observed> {
    let mut all = all(entry, observed);
    all.find(|seen| seen.records.kind == kind(entry.kind))
}

/// Every record set of the entry's name.
fn all<'a>(entry: &LedgerEntry, observed: &'a Observed) -> impl Iterator<Item = &'a dns::Observed> {
    let sight = observed.sights.get(&spot(entry));
    sight.into_iter().flatten().flat_map(|sight| &sight.live)
}

/// The record set of another owner that keeps this object's from being created: it has the name and the type; or an alias
/// is all that a name has (RFC 1034, section 3.6.2); or the name, or its addresses, are of others. Which object of a
/// namespace may have a name is decided by its claims.
pub(super) fn obstacle<'a>(place: &Place, observed: &'a Observed) -> Option<&'a dns::Observed> {
    if ours(&place.entry, observed).is_some() {
        return None;
    }
    let own = kind(place.entry.kind);
    let is_address = |kind| matches!(kind, dns::RecordType::A | dns::RecordType::Aaaa);
    all(&place.entry, observed)
        .filter(|seen| seen.owner.as_deref() != Some(&observed.owner))
        .find(|seen| {
            let kind = seen.records.kind;
            let is_foreign = match &seen.owner {
                Some(owner) => !owner::same_namespace(&observed.owner, owner),
                None => is_address(kind) && is_address(own),
            };
            kind == own || [kind, own].contains(&dns::RecordType::Cname) || is_foreign
        })
}

/// Whether the user lets the record sets be left behind, and the provider cannot be used to remove them.
pub(super) fn is_abandoned(record: &DNSRecord, observed: &Observed) -> bool {
    let is_usable =
        observed.sights.values().all(Result::is_ok) && !observed.recalled.removal_failed;
    outside::is_abandoned(record.metadata.annotations.as_ref(), is_usable)
}

fn teardown(record: &DNSRecord, observed: &Observed) -> Plan<Call> {
    let calls: Vec<Call> = remaining(record, observed)
        .filter(|entry| ours(entry, observed).is_some())
        .map(|entry| delete(entry, observed))
        .collect();
    let done = remaining(record, observed).next().is_none() || is_abandoned(record, observed);
    let is_slow = |sight: &Result<_, Problem>| matches!(sight, Err(Problem::Slow));
    let soon = !calls.is_empty() || observed.sights.values().any(is_slow);
    Plan {
        finalizer: if done {
            Finalizer::Remove
        } else {
            Finalizer::Keep
        },
        again_in: soon.then_some(SOON).or(observed.recalled.open_for),
        calls: if done { Vec::new() } else { calls },
        ..Plan::default()
    }
}

fn keep(record: &DNSRecord, observed: &Observed, now: Timestamp) -> Plan<Call> {
    let mut plan = Plan {
        finalizer: Finalizer::held_by(&record.metadata),
        ..Plan::default()
    };
    let Some(place) = observed.kept_at() else {
        let old = remaining(record, observed).filter(|entry| entry.name != record.spec.name);
        let old = old.filter(|entry| ours(entry, observed).is_some());
        plan.calls = old.map(|entry| delete(entry, observed)).collect();
        let waits = plan.calls.is_empty() || observed.recalled.removal_failed;
        plan.again_in = Some(if waits { LATER } else { SOON });
        return plan;
    };
    let turn = until_turn(&Key::of(&record.metadata), place.interval, now);
    plan.again_in = Some(match observed.trouble() {
        Some(_) => until_retry(place.interval),
        None => turn,
    });
    let change = bring(record, observed, place);
    plan.notices.extend(repair(record, place, change.as_ref()));
    let old: Vec<&LedgerEntry> = remaining(record, observed)
        .filter(|entry| !same_place(entry, &place.entry))
        .collect();
    let is_there = is_present(record, observed, place);
    // A name that the spec does not have any more is not wanted, whatever becomes of the new one. One that moves to another zone
    // or provider, or gets another type, has an answer all the time.
    let may_go = |entry: &LedgerEntry| {
        is_there
            || entry.name != place.entry.name
            || (change.is_some() && is_in_the_way(entry, &place.entry))
    };
    let going: Vec<Call> = old
        .iter()
        .filter(|entry| may_go(entry) && ours(entry, observed).is_some())
        .map(|entry| delete(entry, observed))
        .collect();
    if !going.is_empty() || (change.is_some() && !old.is_empty()) {
        plan.again_in = Some(SOON);
    } else if is_there && !old.is_empty() {
        // The provider did not say whether an old one exists, or a call may still create it.
        let open_for = observed.recalled.open_for;
        plan.again_in = Some(open_for.unwrap_or_else(|| until_retry(place.interval)));
    }
    plan.calls = going;
    plan.calls.extend(change);
    plan
}

/// Whether one cannot exist as long as the other does. Then both changes belong into one batch, so that the name is not
/// without an answer.
fn is_in_the_way(old: &LedgerEntry, new: &LedgerEntry) -> bool {
    spot(old) == spot(new)
        && old.kind != new.kind
        && [old.kind, new.kind].contains(&RecordType::Cname)
}

/// Whether the record set was seen to be as the spec says.
pub(super) fn is_right(record: &DNSRecord, observed: &Observed) -> bool {
    observed.kept_at().is_some_and(|place| {
        ours(&place.entry, observed).is_some() && bring(record, observed, place).is_none()
    })
}

/// The change that brings the record set to the spec, where one is needed.
fn bring(record: &DNSRecord, observed: &Observed, place: &Place) -> Option<Call> {
    let sight = observed.sights.get(&spot(&place.entry))?.as_ref().ok()?;
    if observed.fresh || obstacle(place, observed).is_some() {
        return None;
    }
    let change = match ours(&place.entry, observed) {
        None => Change::Create(Creation {
            records: wanted(record),
            owner: observed.owner.clone(),
        }),
        Some(seen)
            if sight
                .normal
                .as_ref()
                .is_some_and(|n| is_same(n, &seen.records)) =>
        {
            return None;
        }
        Some(seen) => Change::Replace(Replacement {
            records: wanted(record),
            owner: observed.owner.clone(),
            expect: seen.etag.clone(),
        }),
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

/// Something is changed although the spec did not: the record set was changed manually.
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
            "{} was changed or removed manually at {} and is reverted",
            place.entry.name, place.entry.provider
        ),
    })
}

/// Whether the record set of the spec is known to exist, so that an old one may be deleted.
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
