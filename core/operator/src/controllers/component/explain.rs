//! Why pods do not start, from what the kubelet and the scheduler say.

use super::words::{QUOTE_MAX_BYTES, last_output, pull_error, scheduling_causes, start_of};
use crate::cluster::{ContainerState, ContainerSummary, PodSummary, Termination};
use maquette_api::{condition::Verdict, reason};
use std::{cmp::Reverse, sync::Arc};

/// Labels that tell pods of one version of a workload from those of another.
const VERSION_LABELS: [&str; 3] = [
    "pod-template-hash",
    "controller-revision-hash",
    "batch.kubernetes.io/controller-uid",
];

/// How often a container has to end with exit code 0 before that is a loop.
const CLEAN_EXITS: i32 = 2;

/// The first reason why a pod of the newest version does not start; nothing where all are starting.
///
/// A container that ended with an error counts until it is ready, also while it runs again for a moment, so that the
/// explanation does not flicker.
pub(in crate::controllers) fn explain(pods: &[Arc<PodSummary>]) -> Option<Verdict> {
    newest(pods).iter().find_map(|pod| explain_pod(pod))
}

/// Pods of the version of the pod that was created last, newest first. What an older version does is no news of the new one.
pub(super) fn newest(pods: &[Arc<PodSummary>]) -> Vec<&Arc<PodSummary>> {
    let alive = pods.iter();
    let mut alive: Vec<_> = alive
        .filter(|pod| pod.metadata.deletion_timestamp.is_none())
        .collect();
    alive.sort_by_key(|pod| {
        let meta = &pod.metadata;
        (Reverse(meta.creation_timestamp.clone()), meta.name.clone())
    });
    let newest = alive.first().map(|pod| version(pod));
    alive.retain(|pod| Some(version(pod)) == newest);
    alive
}

fn version(pod: &PodSummary) -> Option<String> {
    let labels = pod.metadata.labels.as_ref()?;
    let mut versions = VERSION_LABELS.iter();
    versions.find_map(|label| labels.get(*label)).cloned()
}

/// Why the pod does not start.
pub(super) fn explain_pod(pod: &PodSummary) -> Option<Verdict> {
    let name = pod.metadata.name.as_deref().unwrap_or_default();
    if let Some(message) = &pod.unschedulable {
        return Some(Verdict::failing(
            reason::UNSCHEDULABLE,
            format!(
                "pod {name} cannot be scheduled (Unschedulable): {}",
                scheduling_causes(message)
            ),
        ));
    }
    let mut containers = pod.containers.iter();
    let container = containers.find_map(|container| explain_container(name, container));
    container.or_else(|| {
        let (reason, message) = pod.ended.as_ref().filter(|_| pod.phase == "Failed")?;
        let message = start_of(message, QUOTE_MAX_BYTES);
        Some(Verdict::failing(
            reason::CRASH_LOOP,
            format!("pod {name} failed ({reason}): {message}"),
        ))
    })
}

fn explain_container(pod: &str, container: &ContainerSummary) -> Option<Verdict> {
    let place = format!("container {} of pod {pod}", container.name);
    if let ContainerState::Waiting { reason, message } = &container.state {
        let known = waiting(&place, container, reason, message);
        if known.is_some() {
            return known;
        }
    }
    if container.ready {
        return None;
    }
    let ended = match &container.state {
        ContainerState::Terminated(termination) => Some(termination),
        _ => container.last.as_ref(),
    };
    let ended = ended?;
    if ended.exit_code != 0 {
        return Some(failed(&place, ended, container.last.is_some()));
    }
    // Only a container that has to keep running is restarted after exit code 0.
    let waits = matches!(&container.state, ContainerState::Waiting { reason, .. } if reason == "CrashLoopBackOff");
    let loops = container.last.is_some() && (waits || container.restarts >= CLEAN_EXITS);
    loops.then(|| {
        let output = last_output(&ended.message);
        let message = format!(
            "{place} ends with exit code 0 and is restarted each time (CrashLoopBackOff), because only a Job may end; keep the program running, or set workload: Job{output}"
        );
        Verdict::failing(reason::CRASH_LOOP, message)
    })
}

/// The container was not started.
fn waiting(
    place: &str,
    container: &ContainerSummary,
    reason: &str,
    message: &str,
) -> Option<Verdict> {
    let image = &container.image;
    match reason {
        // The kubelet alternates between the two.
        "ErrImagePull" | "ImagePullBackOff" => {
            let cause = match pull_error(message) {
                cause if cause.is_empty() => cause,
                cause => format!(": {cause}"),
            };
            Some(Verdict::failing(
                reason::IMAGE_PULL_FAILED,
                format!(
                    "image {image} of {place} cannot be pulled (ErrImagePull, ImagePullBackOff); check its name and imagePullSecrets{cause}"
                ),
            ))
        }
        "InvalidImageName" | "ErrImageNeverPull" | "RegistryUnavailable" => Some(Verdict::failing(
            reason::IMAGE_PULL_FAILED,
            format!(
                "image {image} of {place} cannot be pulled ({reason}): {}",
                start_of(message, QUOTE_MAX_BYTES)
            ),
        )),
        "CreateContainerConfigError" | "CreateContainerError" | "RunContainerError" => {
            Some(not_created(place, reason, message))
        }
        _ => None,
    }
}

fn not_created(place: &str, reason: &str, message: &str) -> Verdict {
    let message = start_of(message, QUOTE_MAX_BYTES);
    Verdict::failing(
        reason::CONTAINER_CONFIG_ERROR,
        format!("{place} cannot be created ({reason}): {message}"),
    )
}

fn failed(place: &str, ended: &Termination, is_restarted: bool) -> Verdict {
    // The program was not found, for example.
    if matches!(ended.reason.as_str(), "StartError" | "ContainerCannotRun") {
        return not_created(place, &ended.reason, &ended.message);
    }
    let output = last_output(&ended.message);
    if ended.reason == "OOMKilled" {
        return Verdict::failing(
            reason::OUT_OF_MEMORY,
            format!(
                "{place} was ended because it needs more memory than its limit (OOMKilled); raise resources.limits.memory{output}"
            ),
        );
    }
    let code = ended.exit_code;
    let term = if is_restarted {
        "CrashLoopBackOff"
    } else {
        "Error"
    };
    Verdict::failing(
        reason::CRASH_LOOP,
        format!("{place} ended with exit code {code} ({term}){output}"),
    )
}
