//! Controllers of a cluster that are not the operator's: garbage collection, workloads with their pods, and a Gateway.

mod garbage;
mod gateway;
mod pods;
mod workloads;

use crate::{
    api::{Actor, Id, Object, Options, Store},
    random::Random,
    world::{Shared, World},
};
use maquette_operator::cluster::Kind;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};
use tokio::time::Instant;

pub(crate) use pods::{Behaviour, behaviour};

/// What has to be looked at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Job {
    /// Dependents whose owner is gone, or that a deletion waits for.
    Collect(Id),
    /// A workload and its pods.
    Workload(Id),
    /// A pod and its containers.
    Pod(Id),
    /// A route and its Gateway.
    Route(Id),
    /// The count of routes of a Gateway.
    Gateway(Id),
    /// A namespace that is being deleted.
    Namespace(Id),
}

/// What has to be looked at, and when.
pub(crate) struct Queue {
    due: BTreeMap<(Instant, u64), Job>,
    waiting: BTreeSet<Job>,
    /// Steps of pods, and pods that are being stopped, by UID.
    steps: BTreeMap<String, u32>,
    stopping: BTreeSet<String>,
    sequence: u64,
    random: Random,
    pub(crate) is_new: bool,
    /// Gateways do not answer until then.
    pub(crate) gateways_down: Option<Instant>,
}

impl Queue {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            due: BTreeMap::new(),
            waiting: BTreeSet::new(),
            steps: BTreeMap::new(),
            stopping: BTreeSet::new(),
            sequence: 0,
            random: Random::new(seed, 2),
            is_new: false,
            gateways_down: None,
        }
    }

    pub(crate) fn add(&mut self, job: Job, after: Duration) {
        if self.waiting.insert(job.clone()) {
            self.sequence += 1;
            self.due
                .insert((Instant::now() + after, self.sequence), job);
            self.is_new = true;
        }
    }

    /// Looks at it then, and not before.
    fn replace(&mut self, job: Job, after: Duration) {
        if self.waiting.remove(&job) {
            self.due.retain(|_, held| *held != job);
        }
        self.add(job, after);
    }

    /// The step of a pod that is due. The next one is due afterwards.
    fn advance(&mut self, uid: &str) -> u32 {
        let step = self.steps.entry(uid.to_owned()).or_default();
        *step += 1;
        *step - 1
    }

    /// Whether the pod is not being stopped yet. It is from now on.
    fn stops(&mut self, uid: &str) -> bool {
        self.stopping.insert(uid.to_owned())
    }

    fn is_waiting(&self, job: &Job) -> bool {
        self.waiting.contains(job)
    }

    fn soon(&mut self, job: Job) {
        let after = Duration::from_millis(self.random.between(1, 60));
        self.add(job, after);
    }

    fn pop(&mut self) -> Option<Job> {
        let first = self.due.first_entry()?;
        if first.key().0 > Instant::now() {
            return None;
        }
        let job = first.remove();
        self.waiting.remove(&job);
        Some(job)
    }

    fn next(&self) -> Option<Instant> {
        self.due.keys().next().map(|(at, _)| *at)
    }

    /// What a change makes due.
    pub(crate) fn changed(
        &mut self,
        store: &Store,
        id: &Id,
        before: Option<&Object>,
        after: Option<&Object>,
    ) {
        let Some(kind) = id.kind() else { return };
        match kind {
            Kind::Deployment | Kind::StatefulSet | Kind::Job => {
                self.soon(Job::Workload(id.clone()));
            }
            Kind::Pod => {
                let ends = |object: &Object| object.is_terminating();
                if after.is_some_and(ends) && !before.is_some_and(ends) {
                    self.replace(Job::Pod(id.clone()), Duration::from_millis(20));
                } else if after.is_some() {
                    self.soon(Job::Pod(id.clone()));
                }
                for owner in before.or(after).into_iter().flat_map(Object::owners) {
                    if let Some(owner) = owner_id(owner, id) {
                        self.soon(Job::Workload(owner));
                    }
                }
            }
            Kind::HTTPRoute => {
                self.soon(Job::Route(id.clone()));
                for (gateway, _) in store.of_kind(Kind::Gateway) {
                    self.soon(Job::Gateway(gateway.clone()));
                }
            }
            Kind::Gateway => {
                self.soon(Job::Gateway(id.clone()));
                if before.is_none() || after.is_none() {
                    for (route, _) in store.of_kind(Kind::HTTPRoute) {
                        self.soon(Job::Route(route.clone()));
                    }
                }
            }
            Kind::Namespace => self.soon(Job::Namespace(id.clone())),
            _ => {}
        }
        if let Some(after) = after {
            if after.finalizers().any(|f| f == crate::api::FOREGROUND) {
                self.soon(Job::Collect(id.clone()));
            }
            if before.is_none() && after.owners().next().is_some() {
                self.soon(Job::Collect(id.clone()));
            }
        } else if let Some(before) = before {
            for (dependent, object) in store.all() {
                if object.is_owned_by(before.uid()) {
                    self.soon(Job::Collect(dependent.clone()));
                }
            }
            for owner in before.owners() {
                if let Some(owner) = owner_id(owner, id) {
                    self.soon(Job::Collect(owner));
                }
            }
            if !id.namespace.is_empty() {
                self.soon(Job::Namespace(Id::of(Kind::Namespace, "", &id.namespace)));
            }
        }
    }
}

/// The owner that a reference names.
pub(crate) fn owner_id(reference: &Value, dependent: &Id) -> Option<Id> {
    let kind = Kind::from_name(reference["kind"].as_str()?)?;
    let namespace = if kind.is_namespaced() {
        &*dependent.namespace
    } else {
        ""
    };
    Some(Id::of(kind, namespace, reference["name"].as_str()?))
}

/// Runs the controllers for as long as the run lasts.
pub(crate) async fn run(sim: Shared) {
    loop {
        let next = sim.with(|world| {
            while let Some(job) = world.jobs.pop() {
                perform(world, &job);
            }
            world.jobs.is_new = false;
            world.jobs.next()
        });
        match next {
            Some(at) => drop(tokio::time::timeout_at(at, sim.work.notified()).await),
            None => sim.work.notified().await,
        }
    }
}

fn perform(world: &mut World, job: &Job) {
    match job {
        Job::Collect(id) => garbage::collect(world, id),
        Job::Workload(id) => workloads::reconcile(world, id),
        Job::Pod(id) => pods::step(world, id),
        Job::Route(id) => gateway::route(world, id),
        Job::Gateway(id) => gateway::count(world, id),
        Job::Namespace(id) => garbage::namespace(world, id),
    }
}

fn options(status: bool) -> Options {
    Options {
        manager: "cluster".to_owned(),
        force: true,
        status,
    }
}

/// Writes a status.
fn set_status(world: &mut World, id: &Id, status: &Value) {
    let body = json!({ "status": status });
    world.act(Actor::Cluster, |store| {
        drop(store.merge(id, &body, &options(true)));
    });
}
