//! Whether a component is up, as the workload controller says, and why not, as its pods say.

use super::{Observed, build::workload_kind, explain::explain, plan::taken};
use crate::{
    cluster::{ContainerState, Key, Kind, RawObject},
    engine::{Report, Results, refused},
};
use jiff::Timestamp;
use maquette_api::{
    Component, ComponentStatus, Workload,
    component::{COMPLETED, STARTED},
    condition::{Outcome, Verdict, condition},
    reason,
};
use serde_json::Value;
use std::convert::Infallible;

pub(super) fn status(
    component: &Component,
    observed: &Observed,
    results: &Results<Infallible, Infallible>,
    now: Timestamp,
) -> Report<ComponentStatus> {
    let previous = component
        .status
        .as_ref()
        .map(|status| status.conditions.as_slice())
        .unwrap_or_default();
    let generation = component.metadata.generation;
    let verdict = verdict(component, observed, results);
    let ready = verdict.outcome == Outcome::Ready;
    let started = ready || has_started(observed);
    let mut conditions = verdict.conditions(previous, generation, now);
    let text = if started {
        ("Started", "containers run")
    } else {
        ("NotStarted", "no container runs yet")
    };
    conditions.push(condition(
        previous, STARTED, started, text.0, text.1, generation, now,
    ));
    if component.spec.workload == Workload::Job {
        let text = if ready {
            ("Completed", "the Job ended well")
        } else {
            ("NotCompleted", "the Job has not ended well yet")
        };
        conditions.push(condition(
            previous, COMPLETED, ready, text.0, text.1, generation, now,
        ));
    }
    Report {
        status: ComponentStatus {
            observed_generation: generation,
            conditions,
        },
        verdict,
    }
}

fn has_started(observed: &Observed) -> bool {
    let runs = |state: &ContainerState| match state {
        ContainerState::Running => true,
        ContainerState::Terminated(termination) => termination.exit_code == 0,
        ContainerState::Waiting { .. } => false,
    };
    observed.pods.iter().any(|pod| {
        !pod.containers.is_empty()
            && pod
                .containers
                .iter()
                .all(|container| runs(&container.state))
    })
}

fn verdict(
    component: &Component,
    observed: &Observed,
    results: &Results<Infallible, Infallible>,
) -> Verdict {
    if component.metadata.deletion_timestamp.is_some() {
        let left: Vec<&str> = observed
            .workloads
            .iter()
            .map(|(kind, _)| kind.name())
            .collect();
        return Verdict::progressing(
            reason::TERMINATING,
            if left.is_empty() {
                "nothing is left".to_owned()
            } else {
                format!("{} and its pods are going", left.join(", "))
            },
        );
    }
    if results.namespace_terminating {
        return Verdict::progressing(reason::TERMINATING, "the namespace is being deleted");
    }
    if let Some(refusal) = results.refused.first() {
        return refused(refusal);
    }
    if let [kind, ..] = taken(component, observed).as_slice() {
        return Verdict::stalled(
            reason::NAME_TAKEN,
            format!(
                "a {kind} {} exists that does not belong to this component and is not touched; rename one of them",
                Key::of(&component.metadata)
            ),
        );
    }
    let kind = workload_kind(component);
    let Some((_, workload)) = observed
        .workloads
        .iter()
        .find(|(held, object)| *held == kind && object.metadata.deletion_timestamp.is_none())
    else {
        return Verdict::progressing(reason::PROGRESSING, format!("the {kind} is being made"));
    };
    let progress = progress(kind, workload);
    match progress.outcome {
        Outcome::Progressing | Outcome::Failing => {
            explain(&observed.pods).unwrap_or_else(|| with_a_hint(kind, progress, observed))
        }
        Outcome::Stalled => with_last_words(progress, observed),
        Outcome::Ready => progress,
    }
}

/// Nothing in the status of a StatefulSet or a Job says that its pods are refused, only events do.
fn with_a_hint(kind: Kind, verdict: Verdict, observed: &Observed) -> Verdict {
    if kind == Kind::Deployment || !observed.pods.is_empty() {
        return verdict;
    }
    let message = format!(
        "{}; no pod exists yet: if that lasts, the events of the {kind} say why",
        verdict.message
    );
    Verdict { message, ..verdict }
}

/// A Job that failed for good, with what its last pod said.
fn with_last_words(verdict: Verdict, observed: &Observed) -> Verdict {
    match explain(&observed.pods) {
        Some(why) => Verdict {
            message: format!("{}: {}", verdict.message, why.message),
            ..verdict
        },
        None => verdict,
    }
}

/// How far a workload is, from its own status.
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
        return job_progress(status, number("failed"));
    }
    if number("observedGeneration") < workload.metadata.generation.unwrap_or(0) {
        return Verdict::progressing(reason::PROGRESSING, format!("the {kind} is being made"));
    }
    if let Some(message) = condition_message(status, "ReplicaFailure", "True") {
        return Verdict::failing(
            reason::REFUSED_BY_API_SERVER,
            format!("its pods cannot be made: {message}"),
        );
    }
    let wanted = workload
        .spec()
        .get("replicas")
        .and_then(Value::as_i64)
        .unwrap_or(1);
    let (updated, ready) = match kind {
        Kind::Deployment => (number("updatedReplicas"), number("availableReplicas")),
        _ => (number("updatedReplicas"), number("readyReplicas")),
    };
    if updated >= wanted && ready >= wanted && number("replicas") <= wanted {
        return Verdict::ready(format!("{ready} of {wanted} pods are ready"));
    }
    if let Some(message) = condition_message(status, "Progressing", "False") {
        return Verdict::failing(
            reason::PROGRESS_DEADLINE_EXCEEDED,
            format!(
                "{} of {wanted} pods are ready: {message}",
                ready.min(updated)
            ),
        );
    }
    Verdict::progressing(
        reason::PROGRESSING,
        format!("{} of {wanted} pods are ready", ready.min(updated)),
    )
}

fn job_progress(status: Option<&Value>, failed: i64) -> Verdict {
    if condition_message(status, "Complete", "True").is_some() {
        return Verdict::ready("the Job ended well");
    }
    if let Some(message) = condition_message(status, "Failed", "True") {
        return Verdict::stalled(
            reason::JOB_FAILED,
            format!(
                "the Job failed ({message}); correct it and change the component, or delete the Component to run it again"
            ),
        );
    }
    Verdict::progressing(
        reason::PROGRESSING,
        if failed == 0 {
            "the Job runs".to_owned()
        } else {
            format!("the Job runs; {failed} attempts failed")
        },
    )
}

fn condition_message(status: Option<&Value>, kind: &str, value: &str) -> Option<String> {
    let conditions = status?.get("conditions")?.as_array()?;
    let found = conditions.iter().find(|c| {
        c.get("type").and_then(Value::as_str) == Some(kind)
            && c.get("status").and_then(Value::as_str) == Some(value)
    })?;
    Some(
        found
            .get("message")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned(),
    )
}
