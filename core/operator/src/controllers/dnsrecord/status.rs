//! The ledger and the verdict.

use super::{
    Answer, Call, Observed, held, is_deletion,
    place::{Place, Problem},
    plan::{is_abandoned, obstacle, ours, remaining, same_place},
};
use crate::{
    controllers::{
        access::{self, Words, error_verdict},
        outside::{ABANDON_ANNOTATION, Before, conflict_owner, said, waits},
    },
    engine::{Plan, Report, Results},
    providers::LaneError,
};
use jiff::Timestamp;
use maquette_api::{
    DNSRecord, DNSRecordStatus, LedgerEntry, LedgerState,
    condition::{Outcome, Verdict},
    reason,
};
use maquette_host::dns;
use std::collections::BTreeMap;

pub(super) fn status(
    record: &DNSRecord,
    observed: &Observed,
    plan: &Plan<Call>,
    results: &Results<Call, Answer>,
    now: Timestamp,
) -> Report<DNSRecordStatus> {
    let previous = record.status.clone().unwrap_or_default();
    if is_starting(observed) && record.status.is_some() {
        return Report {
            status: previous,
            verdict: Verdict::progressing(reason::PROGRESSING, "the provider is being bound"),
        };
    }
    let ledger = ledger(record, observed, plan, results);
    let before = Before {
        conditions: &previous.conditions,
        observed: previous.observed_generation,
        generation: record.metadata.generation,
    };
    let (verdict, trouble) = verdict(record, observed, results, &ledger);
    let said = said(before, verdict, trouble, &observed.recalled, now);
    let status = DNSRecordStatus {
        observed_generation: record.metadata.generation,
        ledger,
        outputs: BTreeMap::from([("name".to_owned(), record.spec.name.clone())]),
        conditions: said.conditions,
    };
    Report {
        status,
        verdict: said.verdict,
    }
}

/// Whether the provider is bound in a moment, so that nothing is to be done or reported.
fn is_starting(observed: &Observed) -> bool {
    matches!(
        observed.place,
        Some(Err(Problem::Access(access::Problem::Starting(_))))
    )
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

/// Record sets that may exist: those that existed and were not seen to be absent, and those that the plan creates.
fn ledger(
    record: &DNSRecord,
    observed: &Observed,
    plan: &Plan<Call>,
    results: &Results<Call, Answer>,
) -> Vec<LedgerEntry> {
    let mut ledger: Vec<LedgerEntry> = remaining(record, observed).cloned().collect();
    if let Some(place) = observed.kept_at()
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
        if !held(&ledger, &call.entry) {
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
            // The provider names another owner, so nothing there is this object's.
            Err(error) if conflict_owner(error, &observed.owner).is_some() => {
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

/// The verdict, and whether it is about the provider instead of the record set.
fn verdict(
    record: &DNSRecord,
    observed: &Observed,
    results: &Results<Call, Answer>,
    ledger: &[LedgerEntry],
) -> (Verdict, bool) {
    let mut answers = results.answers.iter();
    let failed = answers.find_map(|(_, answer)| answer.as_ref().err());
    if record.metadata.deletion_timestamp.is_some() {
        return (teardown_verdict(record, observed, failed, ledger), false);
    }
    if let Some(problem) = observed.trouble() {
        let conditions = record.status.as_ref().map(|status| &status.conditions[..]);
        let verdict = problem_verdict(problem, &observed.owner);
        let verdict = match problem {
            Problem::Access(problem) if !problem.is_final() => {
                waits(conditions.unwrap_or_default(), verdict, &observed.recalled)
            }
            _ => verdict,
        };
        return (verdict, true);
    }
    let place = match &observed.place {
        Some(Ok(place)) => place,
        Some(Err(problem)) => return (problem_verdict(problem, &observed.owner), false),
        None => return (Verdict::progressing(reason::TERMINATING, "deleted"), false),
    };
    let unseen = observed
        .sights
        .values()
        .find_map(|sight| sight.as_ref().err());
    let verdict = if let Some(seen) = obstacle(place, observed) {
        obstructed(seen)
    } else if let Some(error) = failed {
        error_verdict(error, &observed.owner, &WORDS)
    } else if let Some(problem) = unseen {
        problem_verdict(problem, &observed.owner)
    } else {
        kept(place, ledger)
    };
    (verdict, false)
}

fn kept(place: &Place, ledger: &[LedgerEntry]) -> Verdict {
    match ledger.iter().find(|entry| same_place(entry, &place.entry)) {
        Some(entry) if entry.state == LedgerState::Present => Verdict::ready(format!(
            "{} is kept in zone {} by {}",
            entry.name, entry.zone, entry.provider
        )),
        _ => Verdict::failing(
            reason::PROGRESSING,
            format!(
                "{} is not known to exist at {}; it is observed again",
                place.entry.name, place.entry.provider
            ),
        ),
    }
}

fn teardown_verdict(
    record: &DNSRecord,
    observed: &Observed,
    failed: Option<&LaneError>,
    ledger: &[LedgerEntry],
) -> Verdict {
    let Some(first) = ledger.first().filter(|_| !is_abandoned(record, observed)) else {
        return Verdict::progressing(reason::TERMINATING, "nothing is left at the provider");
    };
    let left = format!("{} at {}", first.name, first.provider);
    let unseen = observed
        .sights
        .values()
        .find_map(|sight| sight.as_ref().err());
    let cause = failed
        .map(|error| error_verdict(error, &observed.owner, &WORDS))
        .or_else(|| unseen.map(|problem| problem_verdict(problem, &observed.owner)));
    match cause {
        Some(cause) if cause.outcome == Outcome::Progressing => Verdict::progressing(
            reason::TERMINATING,
            format!("{left} is being removed: {}", cause.message),
        ),
        Some(cause) => Verdict::failing(
            cause.reason,
            format!(
                "{left} cannot be removed: {}; to leave it behind, annotate this object with {ABANDON_ANNOTATION}=true",
                cause.message
            ),
        ),
        None if observed.recalled.open_for.is_some() => Verdict::progressing(
            reason::TERMINATING,
            format!(
                "a call that creates {left} had no answer and may still succeed; it is observed again after its deadline"
            ),
        ),
        None => Verdict::progressing(reason::TERMINATING, format!("{left} is being removed")),
    }
}

/// Another owner's record set is in the way.
fn obstructed(seen: &dns::Observed) -> Verdict {
    let values = seen.records.values.join(", ");
    let kind = match seen.records.kind {
        dns::RecordType::A => "A",
        dns::RecordType::Aaaa => "AAAA",
        dns::RecordType::Cname => "CNAME",
        dns::RecordType::Txt => "TXT",
    };
    conflict_with(
        &format!("the record set {kind} {values} of this name"),
        seen.owner.as_deref(),
    )
}

fn conflict(owner: Option<&str>) -> Verdict {
    conflict_with("a record set of this name", owner)
}

fn conflict_with(what: &str, owner: Option<&str>) -> Verdict {
    let whose = owner.map_or_else(
        || "has no ownership record".to_owned(),
        |owner| format!("belongs to {owner}"),
    );
    Verdict::stalled(
        reason::RECORD_CONFLICT,
        format!(
            "spec.name: {what} {whose} and is not modified; choose another name or remove it there"
        ),
    )
}

const WORDS: Words = Words {
    invalid: reason::INVALID_RECORD,
    not_found: reason::ZONE_NOT_FOUND,
    conflict,
};

fn problem_verdict(problem: &Problem, owner: &str) -> Verdict {
    match problem {
        Problem::Access(problem) => problem.verdict(),
        Problem::Lane(error) => error_verdict(error, owner, &WORDS),
        Problem::Slow => Verdict::progressing(reason::TERMINATING, problem.to_string()),
    }
}
