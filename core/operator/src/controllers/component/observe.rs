//! What exists of a component.

use crate::cluster::{Caches, Key, Kind, PodSummary};
use kube::core::DynamicObject;
use maquette_api::Component;
use std::sync::Arc;

/// Kinds that can run a component's pods.
pub(super) const WORKLOADS: [Kind; 3] = [Kind::Deployment, Kind::StatefulSet, Kind::Job];

/// What exists of a component.
#[derive(Debug, Default)]
pub struct Observed {
    /// Workloads that it controls.
    pub(super) workloads: Vec<(Kind, Arc<DynamicObject>)>,
    /// Services that it controls.
    pub(super) services: Vec<Arc<DynamicObject>>,
    /// Its pods.
    pub(super) pods: Vec<Arc<PodSummary>>,
    /// Kinds of which an object with the component's name exists that is not its.
    pub(super) taken: Vec<Kind>,
    /// Whether the namespace enforces the restricted Pod Security Standard.
    pub(super) restricted: bool,
}

pub(super) fn observe(caches: &Caches, component: &Component) -> Observed {
    let key = Key::of(&component.metadata);
    let uid = component.metadata.uid.clone().unwrap_or_default();
    let workloads: Vec<_> = WORKLOADS
        .into_iter()
        .flat_map(|kind| {
            caches
                .dynamic(kind)
                .map(|store| store.owned_by(&uid))
                .unwrap_or_default()
                .into_iter()
                .map(move |object| (kind, object))
        })
        .collect();
    let services = caches.services.owned_by(&uid);
    let is_taken = |kind: Kind| {
        let other = caches
            .dynamic(kind)
            .and_then(|store| store.get(&key))
            .is_some_and(|object| {
                !object
                    .metadata
                    .owner_references
                    .iter()
                    .flatten()
                    .any(|owner| owner.uid == uid)
            });
        other || caches.is_foreign(kind, &key)
    };
    Observed {
        taken: WORKLOADS
            .into_iter()
            .chain([Kind::Service])
            .filter(|kind| is_taken(*kind))
            .collect(),
        workloads,
        services,
        pods: caches.pods.of_instance(&key),
        restricted: is_restricted(caches, &key.namespace),
    }
}

fn is_restricted(caches: &Caches, namespace: &str) -> bool {
    let namespace = caches.namespaces.get(&Key::cluster(namespace));
    let labels = namespace
        .as_ref()
        .and_then(|namespace| namespace.metadata.labels.as_ref());
    labels
        .and_then(|labels| labels.get("pod-security.kubernetes.io/enforce"))
        .is_some_and(|level| level == "restricted")
}
