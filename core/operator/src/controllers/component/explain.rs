//! Why pods do not come up, from what the kubelet and the scheduler say.

use crate::cluster::{ContainerState, ContainerSummary, PodSummary, Termination};
use maquette_api::{condition::Verdict, reason};
use std::sync::Arc;

/// Most that is quoted of a container's last words, in bytes.
const LAST_WORDS_MAX_BYTES: usize = 1000;

/// The first reason why a pod does not come up; nothing where all are on their way.
///
/// A container that ended with an error counts until it is ready, also while it runs again for a moment, so that the
/// explanation does not flicker.
pub(in crate::controllers) fn explain(pods: &[Arc<PodSummary>]) -> Option<Verdict> {
    let mut alive: Vec<_> = pods
        .iter()
        .filter(|pod| pod.metadata.deletion_timestamp.is_none())
        .collect();
    alive.sort_by_key(|pod| std::cmp::Reverse(pod.metadata.creation_timestamp.clone()));
    alive.iter().find_map(|pod| explain_pod(pod))
}

fn explain_pod(pod: &PodSummary) -> Option<Verdict> {
    let name = pod.metadata.name.as_deref().unwrap_or_default();
    if let Some(message) = &pod.unschedulable {
        return Some(Verdict::failing(
            reason::UNSCHEDULABLE,
            format!("pod {name} finds no node: {message}"),
        ));
    }
    let container = pod
        .containers
        .iter()
        .find_map(|container| explain_container(name, container));
    container.or_else(|| {
        let (reason, message) = pod.ended.as_ref().filter(|_| pod.phase == "Failed")?;
        Some(Verdict::failing(
            reason::CRASH_LOOP,
            format!("pod {name} was ended ({reason}): {message}"),
        ))
    })
}

fn explain_container(pod: &str, container: &ContainerSummary) -> Option<Verdict> {
    let place = format!("container {} of pod {pod}", container.name);
    if let ContainerState::Waiting { reason, message } = &container.state {
        match reason.as_str() {
            "ErrImagePull"
            | "ImagePullBackOff"
            | "InvalidImageName"
            | "ErrImageNeverPull"
            | "RegistryUnavailable" => {
                return Some(Verdict::failing(
                    reason::IMAGE_PULL_FAILED,
                    format!(
                        "image {} of {place} cannot be pulled: {message}; check its name and spec…imagePullSecrets",
                        container.image
                    ),
                ));
            }
            "CreateContainerConfigError"
            | "CreateContainerError"
            | "RunContainerError"
            | "StartError" => {
                return Some(Verdict::failing(
                    reason::CONTAINER_CONFIG_ERROR,
                    format!("{place} cannot be created: {message}"),
                ));
            }
            _ => {}
        }
    }
    if container.ready {
        return None;
    }
    let ended = match &container.state {
        ContainerState::Terminated(termination) => Some(termination),
        _ => container.last.as_ref(),
    };
    ended
        .filter(|termination| termination.exit_code != 0)
        .map(|termination| ended_badly(&place, termination))
}

fn ended_badly(place: &str, termination: &Termination) -> Verdict {
    let words = last_words(&termination.message);
    if termination.reason == "OOMKilled" {
        return Verdict::failing(
            reason::OUT_OF_MEMORY,
            format!(
                "{place} was killed because it needs more memory than its limit; raise resources.limits.memory{words}"
            ),
        );
    }
    Verdict::failing(
        reason::CRASH_LOOP,
        format!(
            "{place} ended with exit code {}{words}",
            termination.exit_code
        ),
    )
}

fn last_words(message: &str) -> String {
    let message = message.trim();
    if message.is_empty() {
        return "; it said nothing".to_owned();
    }
    let start = message.len().saturating_sub(LAST_WORDS_MAX_BYTES);
    let start = (start..=message.len())
        .find(|at| message.is_char_boundary(*at))
        .unwrap_or_default();
    format!(
        "; its last words: {}",
        message.get(start..).unwrap_or_default()
    )
}
