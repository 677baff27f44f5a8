//! How the workspace is, where it is reached, which hosts it holds; and if it is not ready, the first cause in the order of
//! dependencies.

use super::decision::Decision;
use crate::engine::{Report, Results, refused};
use jiff::{SignedDuration, Timestamp};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use maquette_api::{
    HostClaim, Workspace, WorkspaceStatus,
    condition::{Outcome, Verdict, condition, find},
    reason,
    workspace::{AVAILABLE, Phase},
};
use std::{collections::BTreeMap, convert::Infallible, time::Duration};

/// How long one object of a deletion may take before a user has to look at it.
const TEARDOWN_DEADLINE: SignedDuration = SignedDuration::from_mins(5);
/// How long something outside of the workspace may be absent before that counts as a failure: it may be applied a moment later,
/// or be replaced.
const GRACE: SignedDuration = SignedDuration::from_secs(60);

pub(super) fn status(
    workspace: &Workspace,
    decision: &Decision,
    results: &Results<Infallible, Infallible>,
    now: Timestamp,
) -> Report<WorkspaceStatus> {
    let previous = workspace.status.clone().unwrap_or_default();
    let generation = workspace.metadata.generation;
    let verdict = verdict(workspace, decision, results, now);
    let mut conditions = verdict.conditions(&previous.conditions, generation, now);
    conditions.extend(unavailable(workspace, &verdict, now));
    let components = decision.components.clone();
    let ready = components.iter().filter(|component| component.ready);
    let was_ready = previous.phase == Phase::Ready || previous.phase == Phase::Degraded;
    let status = WorkspaceStatus {
        observed_generation: generation,
        phase: phase(workspace, &verdict, was_ready),
        url: decision.urls.first().cloned(),
        urls: decision.urls.clone(),
        outputs: outputs(decision),
        hosts: HostClaim::extend(&previous.hosts, decision.hosts.iter().cloned(), now),
        ready: Some(format!("{}/{}", ready.count(), components.len())),
        components,
        conditions,
    };
    Report { status, verdict }
}

/// Address and host of the first route.
fn outputs(decision: &Decision) -> BTreeMap<String, String> {
    let Some(url) = decision.urls.first() else {
        return BTreeMap::new();
    };
    let host = url::Url::parse(url).ok();
    let host = host.and_then(|url| url.host_str().map(str::to_owned));
    let host = host.map(|host| ("host".to_owned(), host));
    host.into_iter()
        .chain([("url".to_owned(), url.clone())])
        .collect()
}

fn phase(workspace: &Workspace, verdict: &Verdict, was_ready: bool) -> Phase {
    if workspace.metadata.deletion_timestamp.is_some() {
        return Phase::Terminating;
    }
    match verdict.outcome {
        Outcome::Ready => Phase::Ready,
        Outcome::Stalled => Phase::Failed,
        _ if was_ready => Phase::Degraded,
        _ => Phase::Deploying,
    }
}

fn verdict(
    workspace: &Workspace,
    decision: &Decision,
    results: &Results<Infallible, Infallible>,
    now: Timestamp,
) -> Verdict {
    if workspace.metadata.deletion_timestamp.is_some() {
        return deletion(decision, results, now);
    }
    if results.namespace_terminating {
        return Verdict::progressing(reason::TERMINATING, "the namespace is being deleted");
    }
    match results.refused.first() {
        Some(refusal) if !decision.is_invalid => refused(refusal),
        _ if grace_left(workspace, &decision.verdict, now).is_some() => {
            let Verdict {
                reason, message, ..
            } = decision.verdict.clone();
            Verdict::progressing(reason, message)
        }
        _ => decision.verdict.clone(),
    }
}

fn deletion(
    decision: &Decision,
    results: &Results<Infallible, Infallible>,
    now: Timestamp,
) -> Verdict {
    if let Some(refusal) = results.refused.first() {
        return refused(refusal);
    }
    let is_late = |since: Timestamp| now.duration_since(since) > TEARDOWN_DEADLINE;
    if decision.blocked_since.is_some_and(is_late) && !decision.verdict.is_problem() {
        let message = format!("{}, for more than 5 minutes", decision.verdict.message);
        return Verdict::failing(reason::TEARDOWN_STUCK, message);
    }
    decision.verdict.clone()
}

/// Whether the verdict says that something outside of the workspace is not available.
fn is_unavailable(verdict: &Verdict) -> bool {
    let outside = [
        reason::PROVIDER_NOT_FOUND,
        reason::PROVIDER_NOT_READY,
        reason::GATEWAY_NOT_READY,
        reason::GATEWAY_API_MISSING,
        reason::PLUGIN_NOT_READY,
    ];
    outside.contains(&verdict.reason)
}

/// What is left of the time in which something may be unavailable; `None` where all is available, or the time is over.
pub(super) fn grace_left(
    workspace: &Workspace,
    verdict: &Verdict,
    now: Timestamp,
) -> Option<Duration> {
    if !verdict.is_problem() || !is_unavailable(verdict) {
        return None;
    }
    let since =
        find(conditions(workspace), AVAILABLE).map_or(now, |since| since.last_transition_time.0);
    let left = GRACE - now.duration_since(since);
    Duration::try_from(left).ok().filter(|left| !left.is_zero())
}

/// The condition that says since when something is not available; none where all is.
fn unavailable(workspace: &Workspace, verdict: &Verdict, now: Timestamp) -> Option<Condition> {
    let previous = conditions(workspace);
    let (reason, message) = (verdict.reason, &verdict.message);
    let generation = workspace.metadata.generation;
    is_unavailable(verdict)
        .then(|| condition(previous, AVAILABLE, false, reason, message, generation, now))
}

fn conditions(workspace: &Workspace) -> &[Condition] {
    let status = workspace.status.as_ref();
    status
        .map(|status| status.conditions.as_slice())
        .unwrap_or_default()
}
