//! Deletion of a component: its workload and Services, and the finalizer when its last pod is gone.

use super::{Observed, build::workload, defaults::Defaults};
use crate::{
    cluster::{Key, Kind, RawObject},
    engine::{Deletion, Desired, Finalizer, Plan},
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference};
use maquette_api::{Component, Workload};
use std::convert::Infallible;

/// Most pods that a message names.
const NAMED_PODS: usize = 3;

pub(super) fn plan(component: &Component, observed: &Observed) -> Plan<Infallible> {
    let mut plan = Plan::default();
    if observed.workloads.is_empty() && observed.services.is_empty() && observed.pods.is_empty() {
        plan.finalizer = Finalizer::Remove;
        return plan;
    }
    let workloads = observed.workloads.iter();
    plan.delete
        .extend(workloads.filter_map(|(kind, object)| deletion(*kind, object)));
    let services = observed.services.iter();
    plan.delete
        .extend(services.filter_map(|object| deletion(Kind::Service, object)));
    let pods = observed.pods.iter().map(|pod| &pod.metadata);
    for pod in pods.filter(|pod| pod.deletion_timestamp.is_none()) {
        unseen(component, observed, pod, &mut plan);
    }
    plan
}

/// The deletion of a workload with its pods, or of a Service. Nothing where it is being deleted already.
pub(super) fn deletion(kind: Kind, object: &RawObject) -> Option<Deletion> {
    let deletion = Deletion::of(kind, &object.metadata)?;
    Some(Deletion {
        foreground: kind != Kind::Service,
        ..deletion
    })
}

/// A pod whose workload the caches do not hold: somebody removed the label by which they find it, or the pod is an orphan.
fn unseen(
    component: &Component,
    observed: &Observed,
    pod: &ObjectMeta,
    plan: &mut Plan<Infallible>,
) {
    let controller = controller(pod);
    let mut workloads = observed.workloads.iter();
    let is_seen = |owner: &OwnerReference| {
        workloads.any(|(kind, object)| {
            object.metadata.uid.as_ref() == Some(&owner.uid)
                || (*kind == Kind::Deployment && owner.kind == "ReplicaSet")
        })
    };
    if controller.is_some_and(is_seen) {
        return;
    }
    let Some(owner) = controller else {
        plan.delete.extend(Deletion::of(Kind::Pod, pod));
        return;
    };
    match Kind::from_name(&owner.kind) {
        Some(kind) => {
            let namespace = pod.namespace.clone().unwrap_or_default();
            let deletion = Deletion {
                kind,
                key: Key::new(namespace, owner.name.clone()),
                uid: owner.uid.clone(),
                foreground: true,
            };
            if !plan.delete.contains(&deletion) {
                plan.delete.push(deletion);
            }
        }
        // The Deployment of the ReplicaSet gets its label back, and is deleted as soon as the caches hold it.
        None if plan.apply.is_empty() => plan.apply.push(without_pods(component, observed)),
        None => {}
    }
}

fn without_pods(component: &Component, observed: &Observed) -> Desired {
    let mut component = component.clone();
    component.spec.workload = Workload::Deployment;
    component.spec.replicas = Some(0);
    workload(&component, Defaults::NEWEST, observed.restricted)
}

fn controller(pod: &ObjectMeta) -> Option<&OwnerReference> {
    let mut owners = pod.owner_references.iter().flatten();
    owners.find(|owner| owner.controller == Some(true))
}

/// The objects that the deletion waits for.
pub(super) fn waits_for(observed: &Observed) -> String {
    let workloads = observed.workloads.iter();
    let mut left: Vec<String> = workloads.map(|(kind, _)| format!("the {kind}")).collect();
    let mut pods: Vec<&str> = observed
        .pods
        .iter()
        .filter_map(|pod| pod.metadata.name.as_deref())
        .collect();
    pods.sort_unstable();
    let more = if pods.len() > NAMED_PODS { " …" } else { "" };
    pods.truncate(NAMED_PODS);
    if !pods.is_empty() {
        left.push(format!("its pods {}{more}", pods.join(", ")));
    }
    if left.is_empty() {
        return "all objects are deleted".to_owned();
    }
    format!("waiting for the deletion of {}", left.join(" and "))
}
