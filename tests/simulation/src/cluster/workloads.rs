//! Deployments, StatefulSets and Jobs: pods for their templates, and their own status.

use super::{Job, options, set_status};
use crate::{
    api::{Actor, Id, Object},
    world::World,
};
use maquette_operator::cluster::Kind;
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

/// Label of a pod with a digest of its template.
const HASH: &str = "pod-template-hash";
/// Failed pods after which a Job fails.
const ATTEMPTS: usize = 3;

pub(super) fn reconcile(world: &mut World, id: &Id) {
    let Some(workload) = world.store.get(id).cloned() else {
        return;
    };
    if workload.is_terminating() {
        return;
    }
    match id.kind() {
        Some(Kind::Job) => job(world, id, &workload),
        Some(kind) => replicas(world, id, &workload, kind),
        None => {}
    }
}

fn replicas(world: &mut World, id: &Id, workload: &Object, kind: Kind) {
    let wanted = workload.value["spec"]["replicas"].as_u64().unwrap_or(1);
    let wanted = usize::try_from(wanted).unwrap_or(1);
    let hash = hash(workload);
    let pods = pods_of(world, workload);
    let living = || pods.iter().filter(|(_, pod)| !pod.is_terminating());
    let new: Vec<_> = living()
        .filter(|(_, pod)| pod.label(HASH) == Some(&hash))
        .collect();
    let old: Vec<_> = living()
        .filter(|(_, pod)| pod.label(HASH) != Some(&hash))
        .collect();
    let ready = |pods: &[&(Id, Arc<Object>)]| pods.iter().filter(|(_, pod)| is_ready(pod)).count();
    if kind == Kind::StatefulSet {
        if let Some(pod) = outdated(workload, &pods, &hash) {
            delete(world, &pod);
        } else if pods.len() < wanted {
            let at = (0..wanted).find(|at| {
                let name = format!("{}-{at}", id.name);
                !pods.iter().any(|(pod, _)| *pod.name == *name)
            });
            create(world, id, workload, &hash, at.unwrap_or_default());
        } else if new.len() > wanted
            && let Some((pod, _)) = new.last()
        {
            delete(world, pod);
        }
    } else if new.len() < wanted {
        let number = usize::try_from(world.store.version()).unwrap_or_default();
        create(world, id, workload, &hash, number);
    } else if new.len() > wanted {
        if let Some((pod, _)) = new.last() {
            delete(world, pod);
        }
    } else if ready(&new) >= wanted
        && let Some((pod, _)) = old.first()
    {
        delete(world, pod);
    }
    let (total, updated) = (new.len() + old.len(), new.len());
    let ready = ready(&new) + ready(&old);
    let status = json!({
        "observedGeneration": workload.generation(), "replicas": total, "updatedReplicas": updated,
        "readyReplicas": ready, "availableReplicas": ready,
    });
    if workload.value["status"] != status {
        set_status(world, id, &status);
    }
}

/// The pod of an old template that is replaced now: from the last one on, one after the other, and not before those after it are
/// ready. In order, a pod of the old template that is not ready is waited for, which only its deletion ends
/// (kubernetes/kubernetes#67250).
fn outdated(set: &Object, pods: &[(Id, Arc<Object>)], hash: &str) -> Option<Id> {
    let is_well = |pod: &Object| is_ready(pod) && !pod.is_terminating();
    let in_order = set.value["spec"]["podManagementPolicy"] != "Parallel";
    if in_order && !pods.iter().all(|(_, pod)| is_well(pod)) {
        return None;
    }
    let mut pods: Vec<_> = pods.iter().collect();
    pods.sort_by_key(|(id, _)| std::cmp::Reverse(id.name.clone()));
    let mut next = pods
        .into_iter()
        .skip_while(|(_, pod)| pod.label(HASH) == Some(hash) && is_well(pod));
    let (id, pod) = next.next()?;
    (pod.label(HASH) != Some(hash) && !pod.is_terminating()).then(|| id.clone())
}

fn job(world: &mut World, id: &Id, workload: &Object) {
    let ended = ["Complete", "Failed"]
        .iter()
        .any(|c| workload.condition(c).is_some());
    if ended {
        return;
    }
    let pods = pods_of(world, workload);
    let phase = |phase: &str| {
        let of = |pod: &Object| pod.value["status"]["phase"] == phase;
        pods.iter().filter(|(_, pod)| of(pod)).count()
    };
    let (succeeded, failed) = (phase("Succeeded"), phase("Failed"));
    let active = pods.len() - succeeded - failed;
    let mut status = json!({ "active": active, "succeeded": succeeded, "failed": failed });
    if succeeded > 0 {
        status["conditions"] = json!([{ "type": "Complete", "status": "True" }]);
    } else if failed >= ATTEMPTS {
        status["conditions"] =
            json!([{ "type": "Failed", "status": "True", "message": "BackoffLimitExceeded" }]);
    } else if active == 0 {
        let number = usize::try_from(world.store.version()).unwrap_or_default();
        create(world, id, workload, &hash(workload), number);
        status["active"] = json!(1);
    }
    if workload.value["status"] != status {
        set_status(world, id, &status);
    }
}

fn create(world: &mut World, id: &Id, workload: &Object, hash: &str, number: usize) {
    let template = &workload.value["spec"]["template"];
    let mut metadata = template["metadata"].clone();
    metadata["labels"][HASH] = json!(hash);
    metadata["ownerReferences"] = json!([{
        "apiVersion": workload.value["apiVersion"], "kind": workload.value["kind"], "name": &*id.name,
        "uid": workload.uid(), "controller": true, "blockOwnerDeletion": true,
    }]);
    let body = json!({ "metadata": metadata, "spec": template["spec"] });
    let pod = Id::of(Kind::Pod, &id.namespace, &format!("{}-{number}", id.name));
    let created = world.act(Actor::Cluster, |store| {
        store.create(&pod, body, &options(false)).is_ok()
    });
    if created {
        world.jobs.add(Job::Pod(pod), Duration::from_millis(300));
    }
}

fn delete(world: &mut World, pod: &Id) {
    world.act(Actor::Cluster, |store| {
        drop(store.delete(pod, None, None, false));
    });
}

fn pods_of(world: &World, workload: &Object) -> Vec<(Id, Arc<Object>)> {
    let pods = world.store.of_kind(Kind::Pod);
    let pods = pods.filter(|(_, pod)| pod.is_owned_by(workload.uid()));
    pods.map(|(id, pod)| (id.clone(), pod.clone())).collect()
}

fn is_ready(pod: &Object) -> bool {
    pod.condition("Ready")
        .is_some_and(|ready| ready["status"] == "True")
}

/// The same for the same template.
fn hash(workload: &Object) -> String {
    let template: &Value = &workload.value["spec"]["template"];
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in template.to_string().bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    format!("{:08x}", hash >> 32)
}
