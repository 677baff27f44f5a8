//! The ledger and the verdict.

use super::{
    Answer, Call, Observed,
    place::Problem,
    plan::{is_abandoned, is_starting, live, ours, remaining, same_place},
};
use crate::{
    controllers::access::{ABANDON_ANNOTATION, Words, error_verdict},
    engine::{Plan, Report, Results},
    providers::LaneError,
};
use jiff::Timestamp;
use maquette_api::{
    DNSRecord, DNSRecordStatus, LedgerEntry, LedgerState, condition::Verdict, reason,
};
use maquette_host::{PluginError, dns::Change};

pub(super) fn status(
    record: &DNSRecord,
    observed: &Observed,
    plan: &Plan<Call>,
    results: &Results<Call, Answer>,
    now: Timestamp,
) -> Report<DNSRecordStatus> {
    if let (true, Some(status)) = (is_starting(observed), record.status.clone()) {
        return Report {
            status,
            verdict: Verdict::progressing(reason::PROGRESSING, "the provider is being bound"),
        };
    }
    let previous = record.status.clone().unwrap_or_default();
    let ledger = ledger(record, observed, plan, results);
    let verdict = verdict(record, observed, results, &ledger);
    let status = DNSRecordStatus {
        observed_generation: record.metadata.generation,
        ledger,
        conditions: verdict.conditions(&previous.conditions, record.metadata.generation, now),
    };
    Report { status, verdict }
}

/// The status as it is, with everything in its ledger that the plan's calls may create.
pub(super) fn intention(
    record: &DNSRecord,
    observed: &Observed,
    plan: &Plan<Call>,
) -> DNSRecordStatus {
    DNSRecordStatus {
        ledger: ledger(record, observed, plan, &Results::default()),
        ..record.status.clone().unwrap_or_default()
    }
}

/// What may exist: what was there and was not seen to be absent, and what the plan is about to make.
fn ledger(
    record: &DNSRecord,
    observed: &Observed,
    plan: &Plan<Call>,
    results: &Results<Call, Answer>,
) -> Vec<LedgerEntry> {
    let mut ledger: Vec<LedgerEntry> = remaining(record, observed).cloned().collect();
    if let Ok(place) = &observed.place
        && let Some(seen) = ours(&place.entry, observed)
    {
        put(
            &mut ledger,
            LedgerEntry {
                state: LedgerState::Present,
                etag: Some(seen.etag.clone()),
                ..place.entry.clone()
            },
        );
    }
    for call in plan.calls.iter().filter(|call| !is_deletion(call)) {
        let known = ledger.iter().any(|entry| same_place(entry, &call.entry));
        if !known {
            ledger.push(LedgerEntry {
                state: LedgerState::Intended,
                etag: None,
                ..call.entry.clone()
            });
        }
    }
    for (call, answer) in &results.answers {
        match answer {
            Ok(etag) if !is_deletion(call) => {
                put(
                    &mut ledger,
                    LedgerEntry {
                        state: LedgerState::Present,
                        etag: Some(etag.clone()),
                        ..call.entry.clone()
                    },
                );
            }
            // The provider says whose it is, so nothing of ours is there.
            Err(error) if foreign_owner(error, &observed.owner).is_some() => {
                ledger.retain(|entry| !same_place(entry, &call.entry));
            }
            _ => {}
        }
    }
    ledger
}

fn put(ledger: &mut Vec<LedgerEntry>, entry: LedgerEntry) {
    match ledger.iter_mut().find(|held| same_place(held, &entry)) {
        Some(held) => *held = entry,
        None => ledger.push(entry),
    }
}

fn is_deletion(call: &Call) -> bool {
    matches!(call.change, Change::Delete(_))
}

fn foreign_owner<'a>(error: &'a LaneError, owner: &str) -> Option<&'a str> {
    match error {
        LaneError::Refused(PluginError::Conflict(Some(other))) if other != owner => Some(other),
        _ => None,
    }
}

fn verdict(
    record: &DNSRecord,
    observed: &Observed,
    results: &Results<Call, Answer>,
    ledger: &[LedgerEntry],
) -> Verdict {
    let failed = results
        .answers
        .iter()
        .find_map(|(_, answer)| answer.as_ref().err());
    let unseen = observed
        .sights
        .values()
        .find_map(|sight| sight.as_ref().err());
    if record.metadata.deletion_timestamp.is_some() {
        return teardown_verdict(record, observed, failed.or(unseen), ledger);
    }
    let place = match &observed.place {
        Ok(place) => place,
        Err(problem) => return problem_verdict(problem),
    };
    if let Some(error) = failed.or(unseen) {
        return error_verdict(error, &observed.owner, &WORDS);
    }
    if let Some(seen) = live(&place.entry, observed)
        && seen.owner.as_deref() != Some(&observed.owner)
    {
        return conflict(seen.owner.as_deref());
    }
    match ledger.iter().find(|entry| same_place(entry, &place.entry)) {
        Some(entry) if entry.state == LedgerState::Present => Verdict::ready(format!(
            "{} is kept in zone {} by {}",
            entry.name, entry.zone, entry.provider
        )),
        _ => Verdict::failing(
            reason::PROGRESSING,
            format!(
                "{} is not known to exist at {}; it is looked for again",
                place.entry.name, place.entry.provider
            ),
        ),
    }
}

fn teardown_verdict(
    record: &DNSRecord,
    observed: &Observed,
    error: Option<&LaneError>,
    ledger: &[LedgerEntry],
) -> Verdict {
    let left = ledger
        .first()
        .map(|entry| format!("{} at {}", entry.name, entry.provider))
        .unwrap_or_default();
    if is_abandoned(record) || ledger.is_empty() {
        return Verdict::progressing(reason::TERMINATING, "nothing is left at the provider");
    }
    let hint =
        format!("to leave {left} behind, annotate this object with {ABANDON_ANNOTATION}=true");
    match (&observed.place, error) {
        (Err(problem), _) => {
            let verdict = problem_verdict(problem);
            Verdict::failing(
                verdict.reason,
                format!("{left} cannot be removed: {}; {hint}", verdict.message),
            )
        }
        (_, Some(error)) => {
            let verdict = error_verdict(error, &observed.owner, &WORDS);
            Verdict::failing(
                verdict.reason,
                format!("{left} cannot be removed: {}; {hint}", verdict.message),
            )
        }
        _ => Verdict::progressing(reason::TERMINATING, format!("{left} is being removed")),
    }
}

fn conflict(owner: Option<&str>) -> Verdict {
    let who = owner.map_or_else(|| "somebody who left no mark".to_owned(), str::to_owned);
    Verdict::stalled(
        reason::RECORD_CONFLICT,
        format!(
            "spec.name: a record set of this name and type belongs to {who} and is not touched; choose another name or remove it there"
        ),
    )
}

const WORDS: Words = Words {
    invalid: reason::INVALID_RECORD,
    not_found: reason::ZONE_NOT_FOUND,
    conflict,
};

fn problem_verdict(problem: &Problem) -> Verdict {
    match problem {
        Problem::Access(problem) => problem.verdict(),
        Problem::Lane(error) => error_verdict(error, "", &WORDS),
    }
}
