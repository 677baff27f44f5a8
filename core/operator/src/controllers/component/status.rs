//! Whether a component is ready, as the workload's controller says, and why not, as its pods say.

use super::{
    Observed,
    build::workload_kind,
    explain::explain,
    identity::{has_completed, template_hash},
    networks,
    plan::is_of_template,
    probes,
    progress::{progress, within_deadline},
    revision, teardown,
    words::start_of,
};
use crate::{
    cluster::{ContainerState, ContainerSummary, Key, Kind, PodSummary},
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
use std::{collections::BTreeMap, convert::Infallible, sync::Arc};

/// Longest message of a component, in bytes: a workspace repeats those of all its components.
const MESSAGE_MAX_BYTES: usize = 1024;

pub(super) fn status(
    component: &Component,
    observed: &Observed,
    results: &Results<Infallible, Infallible>,
    now: Timestamp,
) -> Report<ComponentStatus> {
    let status = component.status.as_ref();
    let previous = status.map(|status| status.conditions.as_slice());
    let previous = previous.unwrap_or_default();
    let generation = component.metadata.generation;
    let completed_template = completed_template(component, observed);
    let is_completed = completed_template == Some(template_hash(component));
    let mut verdict = verdict(component, observed, results, is_completed, now);
    verdict.message = start_of(&verdict.message, MESSAGE_MAX_BYTES);
    let started = verdict.outcome == Outcome::Ready || has_started(component, &observed.pods);
    let mut conditions = verdict.conditions(previous, generation, now);
    let mut tell = |kind: &str, holds: bool, reason: &str, message: &str| {
        let told = condition(previous, kind, holds, reason, message, generation, now);
        conditions.push(told);
    };
    if started {
        tell(STARTED, true, "Started", "the containers run");
    } else {
        tell(
            STARTED,
            false,
            "NotStarted",
            "no pod has all containers running",
        );
    }
    if component.spec.workload == Workload::Job {
        if is_completed {
            tell(COMPLETED, true, "Completed", "the Job has completed");
        } else {
            tell(
                COMPLETED,
                false,
                "NotCompleted",
                "the Job has not completed",
            );
        }
    }
    Report {
        status: ComponentStatus {
            observed_generation: generation,
            completed_template,
            outputs: outputs(component),
            conditions,
        },
        verdict,
    }
}

/// Host and addresses within the cluster.
fn outputs(component: &Component) -> BTreeMap<String, String> {
    let networks = networks(&component.spec);
    if networks.is_empty() {
        return BTreeMap::new();
    }
    let key = Key::of(&component.metadata);
    let host = format!("{}.{}.svc", key.name, key.namespace);
    let addresses = networks.iter().map(|network| {
        let address = format!("{host}:{}", network.port);
        (network.name.clone(), address)
    });
    let mut outputs: BTreeMap<String, String> = addresses.collect();
    outputs.insert("host".to_owned(), host);
    outputs
}

/// The template with which the Job has completed last, also when the Job was deleted since.
fn completed_template(component: &Component, observed: &Observed) -> Option<String> {
    if component.spec.workload != Workload::Job {
        return None;
    }
    let hash = template_hash(component);
    let mut jobs = observed.workloads.iter();
    let completes = jobs.any(|(kind, job)| {
        *kind == Kind::Job
            && is_of_template(job, &hash)
            && progress(*kind, job).outcome == Outcome::Ready
    });
    if completes || has_completed(component) {
        return Some(hash);
    }
    component.status.as_ref()?.completed_template.clone()
}

fn has_started(component: &Component, pods: &[Arc<PodSummary>]) -> bool {
    let template = &component.spec.template;
    let may_end = |container: &ContainerSummary| {
        let mut specs = template.containers().chain(template.sidecars());
        let keeps_running = specs
            .any(|spec| spec.get("name").and_then(Value::as_str) == Some(container.name.as_str()));
        component.spec.workload == Workload::Job || !keeps_running
    };
    let runs = |container: &ContainerSummary| match &container.state {
        ContainerState::Running => true,
        ContainerState::Terminated(ended) => ended.exit_code == 0 && may_end(container),
        ContainerState::Waiting { .. } => false,
    };
    let mut pods = pods.iter();
    pods.any(|pod| !pod.containers.is_empty() && pod.containers.iter().all(runs))
}

fn verdict(
    component: &Component,
    observed: &Observed,
    results: &Results<Infallible, Infallible>,
    is_completed: bool,
    now: Timestamp,
) -> Verdict {
    if component.metadata.deletion_timestamp.is_some() {
        if let Some(refusal) = results.refused.first() {
            return refused(refusal);
        }
        return Verdict::progressing(reason::TERMINATING, teardown::waits_for(observed));
    }
    if results.namespace_terminating {
        return Verdict::progressing(reason::TERMINATING, "the namespace is being deleted");
    }
    if let Some(refusal) = results.refused.first() {
        return refused(refusal);
    }
    let kind = workload_kind(component);
    if is_completed {
        return Verdict::ready("the Job has completed");
    }
    let Some(workload) = observed.workload(kind) else {
        return Verdict::progressing(reason::PROGRESSING, format!("the {kind} is being created"));
    };
    if kind == Kind::Job && !is_of_template(workload, &template_hash(component)) {
        return Verdict::progressing(
            reason::PROGRESSING,
            "the template has changed: the old Job is being replaced",
        );
    }
    let pods = revision::current(kind, workload, &observed.pods);
    let progress = within_deadline(component, kind, workload, now);
    match progress.outcome {
        Outcome::Progressing | Outcome::Failing => explain(&pods)
            .unwrap_or_else(|| with_a_hint(component, kind, progress, &pods, observed)),
        Outcome::Stalled => with_the_cause(progress, &pods),
        Outcome::Ready => progress,
    }
}

/// With the probe that fails; or with the place where Kubernetes says that it creates no pods: for a StatefulSet or a Job only
/// in events.
fn with_a_hint(
    component: &Component,
    kind: Kind,
    verdict: Verdict,
    pods: &[Arc<PodSummary>],
    observed: &Observed,
) -> Verdict {
    let hint = probes::not_ready(component, pods).or_else(|| {
        let has_no_pods = kind != Kind::Deployment && observed.pods.is_empty();
        has_no_pods.then(|| {
            format!(
                "no pod exists; if it stays so, see the events of the {kind} (kubectl describe)"
            )
        })
    });
    match hint {
        Some(hint) => Verdict {
            message: format!("{}: {hint}", verdict.message),
            ..verdict
        },
        None => verdict,
    }
}

/// A Job that failed, with the last output of its last pod.
fn with_the_cause(verdict: Verdict, pods: &[Arc<PodSummary>]) -> Verdict {
    match explain(pods) {
        Some(why) => Verdict {
            message: format!("{}: {}", verdict.message, why.message),
            ..verdict
        },
        None => verdict,
    }
}
