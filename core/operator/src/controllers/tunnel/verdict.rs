//! How a tunnel is, in one reason and one message.

use super::{
    Answer, Call, Observed, connector,
    facts::{is_abandoned, is_foreign, is_obstructed, target, wanted},
    hosts,
    known::Known,
    teardown::{self, Step},
};
use crate::{
    cluster::Kind,
    controllers::{
        access::{ABANDON_ANNOTATION, Words, error_verdict},
        component::{explain, progress},
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

/// How the tunnel is.
pub(super) fn verdict(
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
        return problem.verdict();
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
            observed.namespace, observed.name, why.message
        ),
        ..why
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
            "a {what} exists that does not belong to this tunnel and is not touched; rename one of them"
        ),
    )
}

fn teardown_verdict(
    tunnel: &Tunnel,
    observed: &Observed,
    error: Option<&LaneError>,
    ledger: &[TunnelEntry],
) -> Verdict {
    let going = |what: &str| Verdict::progressing(reason::TERMINATING, what);
    if !ledger.is_empty() && !is_abandoned(tunnel) && observed.records.is_empty() {
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
        Step::Records(_) => going("names are going"),
        Step::Routes(_) => going("routes are going"),
        Step::Connector(_) => going("the connector is going"),
        Step::Tunnel(_) | Step::Blocked => going("the tunnel is going"),
        Step::Secrets(_) => going("secrets are going"),
        Step::Done => going("nothing is left"),
    }
}

const WORDS: Words = Words {
    invalid: reason::INVALID_SPEC,
    not_found: reason::PROVIDER_UNAVAILABLE,
    conflict,
};

fn conflict(owner: Option<&str>) -> Verdict {
    let who = owner.map_or_else(|| "somebody who left no mark".to_owned(), str::to_owned);
    Verdict::stalled(
        reason::TUNNEL_CONFLICT,
        format!(
            "a tunnel of this name, or one of its hosts, belongs to {who} and is not touched; remove it there, or delete this object"
        ),
    )
}

/// What the provider answered in this pass.
pub(super) fn answered(results: &Results<Call, Answer>) -> Option<&Established> {
    let mut answers = results.answers.iter().rev();
    answers.find_map(|(_, answer)| answer.as_ref().ok()?.as_ref())
}
