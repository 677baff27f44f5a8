//! What exists of a component.

use crate::cluster::{Key, Kind, NamespaceSummary, PodSummary, RawObject, Reads};
use maquette_api::Component;
use std::sync::Arc;

/// Kinds that can run a component's pods.
pub(super) const WORKLOADS: [Kind; 3] = [Kind::Deployment, Kind::StatefulSet, Kind::Job];

/// What exists of a component.
#[derive(Debug, Default)]
pub struct Observed {
    /// Workloads that it controls.
    pub(super) workloads: Vec<(Kind, Arc<RawObject>)>,
    /// Services that it controls.
    pub(super) services: Vec<Arc<RawObject>>,
    /// Its pods.
    pub(super) pods: Vec<Arc<PodSummary>>,
    /// Kinds of which an object with the component's name exists that is not its.
    pub(super) taken: Vec<Kind>,
    /// Whether the namespace enforces the restricted Pod Security Standard.
    pub(super) restricted: bool,
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
    let is_taken = |kind: Kind| {
        reads.raw(kind, &key).is_some_and(|object| {
            let mut owners = object.metadata.owner_references.iter().flatten();
            !owners.any(|owner| owner.uid == uid)
        })
    };
    Observed {
        taken: WORKLOADS
            .into_iter()
            .chain([Kind::Service])
            .filter(|kind| is_taken(*kind))
            .collect(),
        workloads,
        services: reads.owned_raw(Kind::Service, &uid),
        pods: reads.pods(&key),
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
