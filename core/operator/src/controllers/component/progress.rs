//! The state of a workload, from its own status.

use super::{Observed, build::workload_kind};
use crate::cluster::{Kind, RawObject};
use jiff::{SignedDuration, Timestamp};
use maquette_api::{
    Component,
    condition::{Outcome, READY, Verdict, find},
    reason,
};
use serde_json::Value;
use std::time::Duration;

/// How long the pods of a StatefulSet may take to be ready, as long as Kubernetes gives those of a Deployment.
const DEADLINE: SignedDuration = SignedDuration::from_mins(10);

/// The state of a workload, from its own status.
pub(in crate::controllers) fn progress(kind: Kind, workload: &RawObject) -> Verdict {
    let status = workload.status();
    let status = Some(&status);
    let number = |field: &str| {
        status
            .and_then(|status| status.get(field))
            .and_then(Value::as_i64)
            .unwrap_or(0)
    };
    if kind == Kind::Job {
        return job_progress(status, number("failed") > 0);
    }
    if number("observedGeneration") < workload.metadata.generation.unwrap_or(0) {
        return Verdict::progressing(
            reason::PROGRESSING,
            format!("the {kind} waits for the controllers of Kubernetes"),
        );
    }
    if let Some(message) = condition_message(status, "ReplicaFailure", "True") {
        return Verdict::failing(
            reason::REFUSED_BY_API_SERVER,
            format!("its pods cannot be created (ReplicaFailure): {message}"),
        );
    }
    let spec = workload.spec();
    let wanted = spec.get("replicas").and_then(Value::as_i64).unwrap_or(1);
    let (updated, ready) = match kind {
        Kind::Deployment => (number("updatedReplicas"), number("availableReplicas")),
        _ => (number("updatedReplicas"), number("readyReplicas")),
    };
    if updated >= wanted && ready >= wanted && number("replicas") <= wanted {
        return Verdict::ready(if wanted == 0 {
            "no pods run, because replicas is 0".to_owned()
        } else {
            format!("{wanted}/{wanted} pods ready")
        });
    }
    let pods = format!("{}/{wanted} pods ready", ready.min(updated).min(wanted));
    match condition_message(status, "Progressing", "False") {
        Some(message) => Verdict::failing(
            reason::PROGRESS_DEADLINE_EXCEEDED,
            format!("{pods} (ProgressDeadlineExceeded): {message}"),
        ),
        None => Verdict::progressing(reason::PROGRESSING, pods),
    }
}

/// The same with a deadline for a StatefulSet, for which Kubernetes has none.
pub(super) fn within_deadline(
    component: &Component,
    kind: Kind,
    workload: &RawObject,
    now: Timestamp,
) -> Verdict {
    let progress = progress(kind, workload);
    let is_late = kind == Kind::StatefulSet
        && progress.outcome == Outcome::Progressing
        && left(component, now).is_zero();
    if !is_late {
        return progress;
    }
    let minutes = DEADLINE.as_mins();
    Verdict::failing(
        reason::PROGRESS_DEADLINE_EXCEEDED,
        format!("{} after {minutes} minutes", progress.message),
    )
}

/// When the component has to be looked at although nothing changes.
pub(super) fn next_look(
    component: &Component,
    observed: &Observed,
    now: Timestamp,
) -> Option<Duration> {
    let kind = workload_kind(component);
    let workload = observed.workload(kind)?;
    let waits =
        kind == Kind::StatefulSet && progress(kind, workload).outcome == Outcome::Progressing;
    let left = left(component, now);
    (waits && !left.is_zero()).then_some(left)
}

/// Time until the deadline: since the component is not Ready.
fn left(component: &Component, now: Timestamp) -> Duration {
    let status = component.status.as_ref();
    let conditions = status.map(|status| status.conditions.as_slice());
    let since = find(conditions.unwrap_or_default(), READY)
        .filter(|ready| ready.status == "False")
        .map_or(now, |ready| ready.last_transition_time.0);
    let left = DEADLINE - now.duration_since(since);
    Duration::try_from(left).unwrap_or_default()
}

fn job_progress(status: Option<&Value>, has_failures: bool) -> Verdict {
    if condition_message(status, "Complete", "True").is_some() {
        return Verdict::ready("the Job has completed");
    }
    if let Some(message) = condition_message(status, "Failed", "True") {
        return Verdict::stalled(
            reason::JOB_FAILED,
            format!(
                "the Job failed: {message}; correct the component, or delete the Job to run it again"
            ),
        );
    }
    Verdict::progressing(
        reason::PROGRESSING,
        if has_failures {
            "the Job runs again after a failed attempt"
        } else {
            "the Job runs"
        },
    )
}

fn condition_message(status: Option<&Value>, kind: &str, value: &str) -> Option<String> {
    let conditions = status?.get("conditions")?.as_array()?;
    let found = conditions.iter().find(|c| {
        c.get("type").and_then(Value::as_str) == Some(kind)
            && c.get("status").and_then(Value::as_str) == Some(value)
    })?;
    let message = found.get("message").and_then(Value::as_str);
    Some(message.unwrap_or_default().to_owned())
}
