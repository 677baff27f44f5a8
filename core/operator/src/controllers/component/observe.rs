//! Objects that exist for a component.

use crate::cluster::{Key, Kind, NamespaceSummary, PodSummary, RawObject, Reads};
use maquette_api::{COMPONENT_UID_LABEL, Component};
use std::sync::Arc;

/// Kinds that can run a component's pods.
const WORKLOADS: [Kind; 3] = [Kind::Deployment, Kind::StatefulSet, Kind::Job];

/// Objects that exist for a component.
#[derive(Debug, Default)]
pub struct Observed {
    /// Workloads that it controls.
    pub(super) workloads: Vec<(Kind, Arc<RawObject>)>,
    /// Services that it controls.
    pub(super) services: Vec<Arc<RawObject>>,
    /// Its pods.
    pub(super) pods: Vec<Arc<PodSummary>>,
    /// Whether the namespace enforces the restricted Pod Security Standard.
    pub(super) restricted: bool,
}

impl Observed {
    /// The workload of this kind that is not being deleted.
    pub(super) fn workload(&self, kind: Kind) -> Option<&Arc<RawObject>> {
        let mut workloads = self.workloads.iter();
        let found = workloads
            .find(|(held, object)| *held == kind && object.metadata.deletion_timestamp.is_none());
        found.map(|(_, object)| object)
    }
}

pub(super) fn observe(reads: &Reads, component: &Component) -> Observed {
    let key = Key::of(&component.metadata);
    let uid = component.metadata.uid.clone().unwrap_or_default();
    let workloads: Vec<_> = WORKLOADS
        .into_iter()
        .flat_map(|kind| {
            let owned = reads.owned_raw(kind, &uid).into_iter();
            owned.map(move |object| (kind, object))
        })
        .collect();
    let mut pods = reads.pods(&key);
    // Other programs use the label by which the caches find pods, too.
    pods.retain(|pod| {
        let labels = pod.metadata.labels.as_ref();
        labels.and_then(|labels| labels.get(COMPONENT_UID_LABEL)) == Some(&uid)
    });
    Observed {
        workloads,
        services: reads.owned_raw(Kind::Service, &uid),
        pods,
        restricted: is_restricted(reads, &key.namespace),
    }
}

fn is_restricted(reads: &Reads, namespace: &str) -> bool {
    let level = |namespace: &NamespaceSummary| {
        let labels = namespace.metadata.labels.as_ref()?;
        labels
            .get("pod-security.kubernetes.io/enforce")
            .map(|level| level == "restricted")
    };
    reads.get_as(
        &Key::cluster(namespace),
        move |namespace: Option<&NamespaceSummary>| namespace.and_then(level).unwrap_or(false),
    )
}
