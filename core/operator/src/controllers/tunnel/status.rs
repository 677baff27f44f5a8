//! The ledger, the target, and the conditions.

use super::{
    Act, Answer, Call, Observed,
    facts::{entry, is_starting, is_stateless, standing_of, target, targets},
    hosts,
    verdict::{answered, connected, verdict},
};
use crate::{
    controllers::outside::{Before, Standing, conflict_owner, said},
    engine::{Plan, Report, Results},
};
use jiff::Timestamp;
use maquette_api::{
    Tunnel, TunnelEntry, TunnelStatus,
    condition::{Outcome, Verdict, condition},
    reason,
    tunnel::CONNECTED,
};
use std::collections::BTreeMap;

pub(super) fn status(
    tunnel: &Tunnel,
    observed: &Observed,
    plan: &Plan<Call>,
    results: &Results<Call, Answer>,
    now: Timestamp,
) -> Report<TunnelStatus> {
    let previous = tunnel.status.clone().unwrap_or_default();
    let deleting = tunnel.metadata.deletion_timestamp.is_some();
    if is_starting(observed) && tunnel.status.is_some() && !deleting {
        return Report {
            status: previous,
            verdict: Verdict::progressing(reason::PROGRESSING, "the provider is being bound"),
        };
    }
    let ledger = ledger(tunnel, observed, plan, results);
    let (verdict, trouble) = verdict(tunnel, observed, plan, results, &ledger);
    let generation = tunnel.metadata.generation;
    let before = Before {
        conditions: &previous.conditions,
        observed: previous.observed_generation,
        generation,
    };
    let said = said(before, verdict, trouble, &observed.recalled, now);
    let mut conditions = said.conditions;
    let connected = connected(observed);
    conditions.push(condition(
        &previous.conditions,
        CONNECTED,
        connected.outcome == Outcome::Ready,
        connected.reason,
        &connected.message,
        generation,
        now,
    ));
    let target = answered(results).map_or_else(|| target(tunnel, observed), targets);
    let status = TunnelStatus {
        observed_generation: generation,
        outputs: outputs(tunnel, &target),
        target,
        hosts: hosts::claims(tunnel, observed, now),
        ledger,
        conditions,
    };
    Report {
        status,
        verdict: said.verdict,
    }
}

/// Target and first host.
fn outputs(tunnel: &Tunnel, target: &[String]) -> BTreeMap<String, String> {
    let target = target.first().map(|target| ("target", target));
    let host = tunnel
        .spec
        .routes
        .first()
        .map(|route| ("host", &route.host));
    let outputs = target.into_iter().chain(host);
    outputs
        .map(|(name, value)| (name.to_owned(), value.clone()))
        .collect()
}

/// The status as it is, with everything in its ledger that the plan's calls may create.
pub(super) fn intention(tunnel: &Tunnel, observed: &Observed, plan: &Plan<Call>) -> TunnelStatus {
    let created = tunnel.metadata.creation_timestamp.as_ref();
    let created = created.map_or(Timestamp::UNIX_EPOCH, |created| created.0);
    TunnelStatus {
        ledger: ledger(tunnel, observed, plan, &Results::default()),
        // Held before any call, so that they are served by nobody else after a restart.
        hosts: hosts::claims(tunnel, observed, created),
        ..tunnel.status.clone().unwrap_or_default()
    }
}

/// What may exist: what was there and was not seen to be absent, and what the plan is about to make.
fn ledger(
    tunnel: &Tunnel,
    observed: &Observed,
    plan: &Plan<Call>,
    results: &Results<Call, Answer>,
) -> Vec<TunnelEntry> {
    let deleting = tunnel.metadata.deletion_timestamp.is_some();
    let mut ledger: Vec<TunnelEntry> = entry(tunnel).cloned().into_iter().collect();
    if deleting && is_gone(tunnel, observed) {
        ledger.clear();
    }
    if ledger.is_empty() {
        let made = plan.calls.iter().filter(|call| call.act == Act::Ensure);
        ledger.extend(made.map(|call| call.entry.clone()).take(1));
    }
    for (call, answer) in &results.answers {
        match (answer, &call.act) {
            (Ok(Some(established)), _) => {
                ledger = vec![TunnelEntry {
                    id: Some(established.id.clone()),
                    version: Some(established.version.clone()).filter(|v| !v.is_empty()),
                    ..call.entry.clone()
                }];
            }
            // A provider that keeps nothing of its own cannot show that it is gone.
            (Ok(None), Act::Delete { .. }) if is_stateless(&call.entry) => ledger.clear(),
            // The provider names another owner, so nothing there is this object's.
            (Err(error), Act::Ensure) if conflict_owner(error, &observed.owner).is_some() => {
                ledger.retain(|entry| entry.id.is_some());
            }
            _ => {}
        }
    }
    ledger
}

fn is_gone(tunnel: &Tunnel, observed: &Observed) -> bool {
    matches!(
        standing_of(tunnel, observed),
        Standing::Absent | Standing::Foreign(_)
    )
}
