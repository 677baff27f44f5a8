//! The kubelet: containers start, become ready, fail and end as their image's name says.

use super::{Job, set_status};
use crate::{
    api::{Actor, Id, Object},
    world::World,
};
use serde_json::{Value, json};
use std::time::Duration;

/// How the containers of a pod are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Behaviour {
    /// They start and stay, or end well where they belong to a Job.
    Works,
    /// The same, after a while.
    Slow,
    /// They end with an error, again and again.
    Crashes,
    /// Their image does not exist.
    Missing,
}

/// How the containers of this pod are, by the tag of the first image.
pub(crate) fn behaviour(spec: &Value) -> Behaviour {
    let image = spec["containers"][0]["image"].as_str().unwrap_or_default();
    match image.rsplit_once(':').map(|(_, tag)| tag) {
        Some("crash") => Behaviour::Crashes,
        Some("missing") => Behaviour::Missing,
        Some("slow") => Behaviour::Slow,
        _ => Behaviour::Works,
    }
}

/// The next step of a pod.
pub(super) fn step(world: &mut World, id: &Id) {
    let Some(pod) = world.store.get(id).cloned() else {
        return;
    };
    let phase = pod.value["status"]["phase"].as_str().unwrap_or("New");
    let ended = phase == "Succeeded" || phase == "Failed";
    if pod.is_terminating() {
        stop(world, id, &pod);
        return;
    }
    if ended {
        return;
    }
    let is_job = pod.owners().any(|owner| owner["kind"] == "Job");
    let behaviour = behaviour(&pod.value["spec"]);
    let slow = behaviour == Behaviour::Slow;
    match world.jobs.advance(pod.uid()) {
        0 => {
            // It is scheduled, and its containers are being created.
            let state = waiting("ContainerCreating", "");
            set_status(world, id, &status("Pending", &pod, &state, false));
            later(world, id, if slow { 12_000 } else { 700 });
            return;
        }
        _ if world.jobs.is_waiting(&Job::Pod(id.clone())) => return,
        _ => {}
    }
    match (behaviour, is_job) {
        (Behaviour::Missing, _) => {
            let state = waiting("ImagePullBackOff", "the image does not exist");
            set_status(world, id, &status("Pending", &pod, &state, false));
        }
        (Behaviour::Crashes, true) => {
            let state = terminated(1, "Error");
            set_status(world, id, &status("Failed", &pod, &state, false));
        }
        (Behaviour::Crashes, false) => {
            let state = waiting("CrashLoopBackOff", "back-off restarting failed container");
            let mut status = status("Running", &pod, &state, false);
            status["containerStatuses"][0]["lastState"] = terminated(1, "Error");
            let restarts = pod.value["status"]["containerStatuses"][0]["restartCount"].as_u64();
            let restarts = restarts.unwrap_or(0) + 1;
            if restarts > 5 {
                return;
            }
            status["containerStatuses"][0]["restartCount"] = json!(restarts);
            set_status(world, id, &status);
            later(world, id, 5000 << restarts);
        }
        (Behaviour::Works | Behaviour::Slow, true) if phase == "Running" => {
            let state = terminated(0, "Completed");
            set_status(world, id, &status("Succeeded", &pod, &state, false));
        }
        (Behaviour::Works | Behaviour::Slow, _) => {
            let running = json!({ "running": {} });
            let next = status("Running", &pod, &running, !is_job);
            if pod.value["status"] != next {
                set_status(world, id, &next);
            }
            if is_job {
                later(world, id, 700);
            }
        }
    }
}

/// Containers take a while to end.
fn stop(world: &mut World, id: &Id, pod: &Object) {
    if world.jobs.stops(pod.uid()) {
        let wait = world.random.between(200, 3000);
        later(world, id, wait);
    } else if !world.jobs.is_waiting(&Job::Pod(id.clone())) {
        world.act(Actor::Cluster, |store| store.remove(id));
    }
}

fn later(world: &mut World, id: &Id, milliseconds: u64) {
    world
        .jobs
        .replace(Job::Pod(id.clone()), Duration::from_millis(milliseconds));
}

fn status(phase: &str, pod: &Object, state: &Value, ready: bool) -> Value {
    let containers = pod.value["spec"]["containers"].as_array();
    let containers: Vec<Value> = containers
        .into_iter()
        .flatten()
        .map(|container| {
            json!({
                "name": container["name"], "image": container["image"], "imageID": "", "ready": ready,
                "restartCount": 0, "state": state,
            })
        })
        .collect();
    json!({
        "phase": phase,
        "conditions": [{ "type": "Ready", "status": if ready { "True" } else { "False" } }],
        "containerStatuses": containers,
    })
}

fn waiting(reason: &str, message: &str) -> Value {
    json!({ "waiting": { "reason": reason, "message": message } })
}

fn terminated(code: u8, reason: &str) -> Value {
    json!({ "terminated": { "exitCode": code, "reason": reason, "message": "" } })
}
