//! Pods that block the correction of their StatefulSet.

use super::{Observed, build::workload_kind, explain::explain_pod};
use crate::{
    cluster::{Kind, PodSummary, RawObject},
    engine::Deletion,
};
use maquette_api::Component;
use serde_json::Value;
use std::sync::Arc;

/// Pods of an old revision that cannot start. The StatefulSet controller may wait for them to be ready before it replaces them
/// (kubernetes/kubernetes#67250).
pub(super) fn pods(component: &Component, observed: &Observed) -> Vec<Deletion> {
    let kind = workload_kind(component);
    let Some(set) = observed
        .workload(kind)
        .filter(|_| kind == Kind::StatefulSet)
    else {
        return Vec::new();
    };
    let stuck = observed.pods.iter().filter(|pod| {
        is_of(pod, set) && is_current(pod, set) == Some(false) && explain_pod(pod).is_some()
    });
    stuck
        .filter_map(|pod| Deletion::of(Kind::Pod, &pod.metadata))
        .collect()
}

/// The pods whose state says something of the component as it is specified: of a StatefulSet those of the newest revision.
pub(super) fn current(
    kind: Kind,
    workload: &RawObject,
    pods: &[Arc<PodSummary>],
) -> Vec<Arc<PodSummary>> {
    let pods = pods
        .iter()
        .filter(|pod| kind != Kind::StatefulSet || is_current(pod, workload) != Some(false));
    pods.cloned().collect()
}

fn is_of(pod: &PodSummary, set: &RawObject) -> bool {
    let mut owners = pod.metadata.owner_references.iter().flatten();
    owners.any(|owner| Some(&owner.uid) == set.metadata.uid.as_ref())
}

/// Whether the pod is of the newest revision; `None` while the controller has not seen the newest template.
fn is_current(pod: &PodSummary, set: &RawObject) -> Option<bool> {
    let status = set.status();
    let seen = status.get("observedGeneration").and_then(Value::as_i64)?;
    let newest = status.get("updateRevision").and_then(Value::as_str)?;
    let labels = pod.metadata.labels.as_ref()?;
    let revision = labels.get("controller-revision-hash")?;
    (seen >= set.metadata.generation.unwrap_or(0)).then_some(revision == newest)
}
