//! The ledger, the target, and the conditions.

use super::{
    Act, Answer, Call, Observed,
    facts::{entry, is_foreign, is_starting, is_stateless, target, targets},
    verdict::{answered, connected, verdict},
};
use crate::{
    engine::{Plan, Report, Results},
    providers::LaneError,
};
use jiff::Timestamp;
use maquette_api::{
    Tunnel, TunnelEntry, TunnelStatus,
    condition::{Outcome, Verdict, condition},
    reason,
    tunnel::CONNECTED,
};
use maquette_host::PluginError;

pub(super) fn status(
    tunnel: &Tunnel,
    observed: &Observed,
    plan: &Plan<Call>,
    results: &Results<Call, Answer>,
    now: Timestamp,
) -> Report<TunnelStatus> {
    let previous = tunnel.status.clone().unwrap_or_default();
    if is_starting(observed) && tunnel.status.is_some() {
        return Report {
            status: previous,
            verdict: Verdict::progressing(reason::PROGRESSING, "the provider is being bound"),
        };
    }
    let ledger = ledger(tunnel, observed, plan, results);
    let verdict = verdict(tunnel, observed, plan, results, &ledger);
    let generation = tunnel.metadata.generation;
    let mut conditions = verdict.conditions(&previous.conditions, generation, now);
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
    let status = TunnelStatus {
        observed_generation: generation,
        target: answered(results).map_or_else(|| target(tunnel, observed), targets),
        ledger,
        conditions,
    };
    Report { status, verdict }
}

/// The status as it is, with everything in its ledger that the plan's calls may create.
pub(super) fn intention(tunnel: &Tunnel, observed: &Observed, plan: &Plan<Call>) -> TunnelStatus {
    TunnelStatus {
        ledger: ledger(tunnel, observed, plan, &Results::default()),
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
    if deleting && is_gone(observed) {
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
            // The provider says whose it is, so nothing of ours is there.
            (Err(error), Act::Ensure) if foreign_owner(error, &observed.owner) => {
                ledger.retain(|entry| entry.id.is_some());
            }
            _ => {}
        }
    }
    ledger
}

fn is_gone(observed: &Observed) -> bool {
    match &observed.sight {
        Some(Ok(None)) => true,
        Some(Ok(Some(seen))) => is_foreign(seen.owner.as_deref(), &observed.owner),
        _ => false,
    }
}

fn foreign_owner(error: &LaneError, owner: &str) -> bool {
    matches!(error.plugin(), Some(PluginError::Conflict(Some(other))) if other != owner)
}
