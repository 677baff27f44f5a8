//! Pods of the newest revision of a StatefulSet.

use crate::cluster::{Kind, PodSummary, RawObject};
use serde_json::Value;
use std::sync::Arc;

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

/// Whether the pod is of the newest revision; `None` while the controller has not seen the newest template.
fn is_current(pod: &PodSummary, set: &RawObject) -> Option<bool> {
    let status = set.status();
    let seen = status.get("observedGeneration").and_then(Value::as_i64)?;
    let newest = status.get("updateRevision").and_then(Value::as_str)?;
    let labels = pod.metadata.labels.as_ref()?;
    let revision = labels.get("controller-revision-hash")?;
    (seen >= set.metadata.generation.unwrap_or(0)).then_some(revision == newest)
}
