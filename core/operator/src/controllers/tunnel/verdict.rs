//! How a tunnel is, in one reason and one message.

use super::{
    Answer, Call, Observed, connector,
    facts::{is_abandoned, is_foreign, is_obstructed, is_unverified, target, wanted},
    hosts,
    known::Known,
    teardown::{self, Step},
};
use crate::{
    cluster::Kind,
    controllers::{
        access::{Words, error_verdict},
        component::{explain, progress},
        outside::{ABANDON_ANNOTATION, waits},
    },
    engine::{Plan, Results, refused},
    providers::LaneError,
};
use maquette_api::{
    Tunnel, TunnelEntry,
    condition::{Outcome, Verdict},
    reason,
};
use maquette_host::kinds::tunnel::Established;

/// How the tunnel is, and whether the verdict is about the provider instead of the tunnel.
pub(super) fn verdict(
    tunnel: &Tunnel,
    observed: &Observed,
    plan: &Plan<Call>,
    results: &Results<Call, Answer>,
    ledger: &[TunnelEntry],
) -> (Verdict, bool) {
    let verdict = tunnel_verdict(tunnel, observed, plan, results, ledger);
    let mut answers = results.answers.iter();
    // After a restart, the provider is asked for what it has.
    let is_unanswered = observed.known.is_none()
        && answers.any(|(_, answer)| {
            let error = answer.as_ref().err();
            error.is_some_and(|error| !error.was_asked() || error.is_of_provider(true))
        });
    let trouble = tunnel.metadata.deletion_timestamp.is_none()
        && !is_obstructed(observed)
        && (is_unverified(observed) || is_unanswered)
        && connected(observed).outcome == Outcome::Ready;
    (verdict, trouble)
}

fn tunnel_verdict(
    tunnel: &Tunnel,
    observed: &Observed,
    plan: &Plan<Call>,
    results: &Results<Call, Answer>,
    ledger: &[TunnelEntry],
) -> Verdict {
    let failed = results
        .answers
        .iter()
        .find_map(|(_, answer)| answer.as_ref().err());
    let unseen = observed
        .sight
        .as_ref()
        .and_then(|sight| sight.as_ref().err());
    if tunnel.metadata.deletion_timestamp.is_some() {
        return teardown_verdict(tunnel, observed, failed.or(unseen), ledger);
    }
    if let Err(problem) = &observed.place {
        let conditions = tunnel.status.as_ref().map(|status| &status.conditions[..]);
        return if problem.is_final() {
            problem.verdict()
        } else {
            let conditions = conditions.unwrap_or_default();
            waits(conditions, problem.verdict(), &observed.recalled)
        };
    }
    if is_obstructed(observed) {
        return obstructed(observed);
    }
    if let Some(error) = failed.or(unseen) {
        return error_verdict(error, &observed.owner, &WORDS);
    }
    if let Some(Ok(Some(seen))) = &observed.sight
        && is_foreign(seen.owner.as_deref(), &observed.owner)
    {
        return conflict(seen.owner.as_deref());
    }
    if let Some(refusal) = results.refused.first() {
        return refused(refusal);
    }
    let established = answered(results).or(observed.known.as_ref().map(|k| &k.established));
    if let Some(established) = established
        && let Err(refused) = connector::check(tunnel, observed, &established.connector)
    {
        return Verdict::stalled(reason::CONNECTOR_REFUSED, refused.to_string());
    }
    let settled = observed
        .known
        .as_ref()
        .is_some_and(|known| known.routes == wanted(tunnel));
    if !plan.calls.is_empty() || !settled {
        return Verdict::progressing(
            reason::PROGRESSING,
            format!(
                "{} is being set up at {}",
                observed.name, tunnel.spec.provider
            ),
        );
    }
    let connected = connected(observed);
    if connected.outcome != Outcome::Ready {
        return connected;
    }
    hosts::verdict(tunnel, observed).unwrap_or_else(|| {
        Verdict::ready(format!(
            "{} routes are served by {} through {}",
            tunnel.spec.routes.len(),
            tunnel.spec.provider,
            target(tunnel, observed).join(", ")
        ))
    })
}

/// How the connector is.
pub(super) fn connected(observed: &Observed) -> Verdict {
    let Some(deployment) = &observed.deployment else {
        return Verdict::progressing(reason::PROGRESSING, "the connector is being made");
    };
    let progress = progress(Kind::Deployment, deployment);
    if progress.outcome == Outcome::Ready {
        let known = observed.known.as_deref();
        if !known.is_some_and(Known::is_unconnected) {
            return Verdict::ready("the connector is connected");
        }
        return Verdict::failing(
            reason::CONNECTOR_NOT_READY,
            format!(
                "the connector {}/{} runs, and the provider sees no connection from it; its log may say why",
                observed.namespace, observed.name
            ),
        );
    }
    let why = explain(&observed.pods).unwrap_or(progress);
    let reason = if why.outcome == Outcome::Progressing {
        why.reason
    } else {
        reason::CONNECTOR_NOT_READY
    };
    Verdict {
        reason,
        message: format!(
            "the connector {}/{} is not connected: {}",
            observed.namespace,
            observed.name,
            without_times(&why.message)
        ),
        ..why
    }
}

/// The last line of a log in the text without its time, which is another at each attempt.
fn without_times(text: &str) -> String {
    let is_time = |word: &str| {
        word.len() >= 8
            && word
                .chars()
                .all(|c| c.is_ascii_digit() || ":-/.,TZ+[]".contains(c))
    };
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    let line = |line: &str| {
        let words = line.split(' ').filter(|word| !is_time(word));
        words.collect::<Vec<_>>().join(" ")
    };
    match lines.next_back() {
        Some(last) => format!("{} … {}", line(first), line(last)),
        None => line(first),
    }
}

fn obstructed(observed: &Observed) -> Verdict {
    if let Some(host) = observed.hosts_taken.first() {
        return Verdict::stalled(
            reason::HOSTNAME_TAKEN,
            format!(
                "spec.routes: the host {host} is in use by another object; set another host, or wait until it is free"
            ),
        );
    }
    let what = observed
        .taken
        .first()
        .map(|(kind, key)| format!("{kind} {key}"))
        .unwrap_or_default();
    Verdict::stalled(
        reason::NAME_TAKEN,
        format!(
            "a {what} exists that does not belong to this tunnel and is not modified; rename one of them"
        ),
    )
}

fn teardown_verdict(
    tunnel: &Tunnel,
    observed: &Observed,
    error: Option<&LaneError>,
    ledger: &[TunnelEntry],
) -> Verdict {
    let deleting = |what: &str| {
        let message = format!("{what} being deleted");
        Verdict::progressing(reason::TERMINATING, message)
    };
    if !ledger.is_empty() && !is_abandoned(tunnel, observed) && observed.records.is_empty() {
        let trouble = match (&observed.place, error) {
            (Err(problem), _) => Some(problem.verdict()),
            (_, Some(error)) => Some(error_verdict(error, &observed.owner, &WORDS)),
            _ => None,
        };
        if let Some(trouble) = trouble {
            return Verdict::failing(
                trouble.reason,
                format!(
                    "the tunnel {} at {} cannot be removed: {}; to leave it behind, annotate this object with {ABANDON_ANNOTATION}=true",
                    observed.name, tunnel.spec.provider, trouble.message
                ),
            );
        }
    }
    match teardown::step(tunnel, observed) {
        Step::Records(_) => hosts::held_up(observed).unwrap_or_else(|| deleting("names are")),
        Step::Routes(_) => deleting("routes are"),
        Step::Connector(_) => deleting("the connector is"),
        Step::Blocked if observed.recalled.open_for.is_some() => Verdict::progressing(
            reason::TERMINATING,
            "a call that creates the tunnel had no answer and may still succeed; it is observed again after its deadline",
        ),
        Step::Tunnel(_) | Step::Blocked => deleting("the tunnel is"),
        Step::Secrets(_) => deleting("secrets are"),
        Step::Done => Verdict::progressing(reason::TERMINATING, "nothing is left"),
    }
}

const WORDS: Words = Words {
    invalid: reason::INVALID_SPEC,
    not_found: reason::PROVIDER_UNAVAILABLE,
    conflict,
};

fn conflict(owner: Option<&str>) -> Verdict {
    let whose = owner.map_or_else(
        || "has no ownership record".to_owned(),
        |owner| format!("belongs to {owner}"),
    );
    Verdict::stalled(
        reason::TUNNEL_CONFLICT,
        format!(
            "a tunnel of this name, or one of its hosts, {whose} and is not modified; remove it there, or delete this object"
        ),
    )
}

/// What the provider answered in this pass.
pub(super) fn answered(results: &Results<Call, Answer>) -> Option<&Established> {
    let mut answers = results.answers.iter().rev();
    answers.find_map(|(_, answer)| answer.as_ref().ok()?.as_ref())
}

#[cfg(test)]
mod tests {
    use super::without_times;

    #[test]
    fn a_log_of_a_connector_is_the_same_text_at_each_attempt() {
        let log = |at: &str| {
            format!(
                "container connector exited with 1: 2026/11/27 {at} [I] start frpc\n2026-11-27 {at}.123 [W] login to the server failed: token doesn't match\n"
            )
        };
        let (one, two) = (
            without_times(&log("18:20:11")),
            without_times(&log("18:20:41")),
        );
        assert_eq!(one, two);
        assert!(one.contains("token doesn't match"), "{one}");
        assert_eq!(
            without_times("0/5 nodes fit on port 80:tcp"),
            "0/5 nodes fit on port 80:tcp"
        );
    }
}
