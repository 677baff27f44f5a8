//! Runs one controller: woken keys into the queue, workers out of it.

use super::{
    controller::Controller,
    execute::{Executed, Executor, Unfinished},
    queue::{Ended, Queue},
};
use crate::cluster::{Key, Reader, Sink as _, Typed as _, Wake, WriteError};
use futures::FutureExt as _;
use kube::{Resource as _, core::object::HasStatus as _};
use maquette_api::condition::Outcome;
use std::{
    collections::HashMap,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{task::JoinSet, time::Instant};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

/// How long a report without urgency waits for a later one.
const REPORT_DELAY: Duration = Duration::from_secs(5);

/// Runs the controller until `stop`, and lets every reconciliation that has begun end. Where it is dropped, they end at once.
pub async fn run<C: Controller>(
    controller: Arc<C>,
    executor: Executor,
    workers: usize,
    stop: CancellationToken,
) {
    let kind = C::Object::KIND;
    let metrics = executor.metrics.clone();
    let clock = executor.clock.clone();
    let queue = Arc::new(Queue::new(workers, clock, move |depth| {
        metrics.queue_depth(kind.name(), depth);
    }));
    executor.caches.router().connect(kind, queue.clone());
    for object in C::Object::store(&executor.caches).all() {
        queue.wake(&Key::of(object.meta()), Wake::News);
    }
    let worker = Arc::new(Worker {
        controller,
        executor,
        queue: queue.clone(),
        written: LastWritten::default(),
    });
    // Workers exist while they work: hundreds that wait for something to do would only need memory.
    let mut tasks = JoinSet::new();
    loop {
        let key = tokio::select! {
            biased;
            () = stop.cancelled() => break,
            Some(_) = tasks.join_next() => continue,
            key = queue.next() => key,
        };
        let worker = worker.clone();
        tasks.spawn(async move {
            worker.work(&key).await;
            worker.queue.done(&key);
        });
    }
    while tasks.join_next().await.is_some() {}
}

/// When each object's status was last written.
#[derive(Debug, Default)]
struct LastWritten(Mutex<HashMap<Key, Instant>>);

impl LastWritten {
    fn wrote(&self, key: &Key) {
        self.times().insert(key.clone(), Instant::now());
    }

    fn forget(&self, key: &Key) {
        self.times().remove(key);
    }

    /// How long a report may still wait.
    fn delay(&self, key: &Key) -> Duration {
        let mut times = self.times();
        let since = times.entry(key.clone()).or_insert_with(Instant::now);
        REPORT_DELAY.saturating_sub(since.elapsed())
    }

    fn times(&self) -> std::sync::MutexGuard<'_, HashMap<Key, Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Worker<C: Controller> {
    controller: Arc<C>,
    executor: Executor,
    queue: Arc<Queue>,
    written: LastWritten,
}

impl<C: Controller> Worker<C> {
    async fn work(&self, key: &Key) {
        let kind = C::Object::KIND;
        let Some(object) = C::Object::store(&self.executor.caches).get(key) else {
            self.gone(key);
            return;
        };
        let span = tracing::info_span!("reconcile", kind = kind.name(), object = %key, generation = object.meta().generation);
        let started = Instant::now();
        let outcome = AssertUnwindSafe(self.reconcile(key, &object))
            .catch_unwind()
            .instrument(span)
            .await;
        let result = match outcome {
            Ok(Ok(result)) => result,
            Ok(Err(error)) => {
                tracing::warn!(kind = kind.name(), object = %key, error = &error as &dyn std::error::Error, "a write failed; it is retried");
                self.queue.ended(key, Ended::Failed, None);
                "error"
            }
            Err(_) => {
                tracing::error!(kind = kind.name(), object = %key, "a reconciliation panicked; it is retried");
                self.queue.ended(key, Ended::Failed, None);
                "error"
            }
        };
        self.executor
            .metrics
            .reconciled(kind.name(), result, started.elapsed());
    }

    async fn reconcile(
        &self,
        key: &Key,
        object: &Arc<C::Object>,
    ) -> Result<&'static str, WriteError> {
        let delay = self.written.delay(key);
        let (queue, parked) = (self.queue.clone(), key.clone());
        let park: Arc<dyn Fn() + Send + Sync> = Arc::new(move || queue.park(&parked));
        let executed = self
            .executor
            .execute(&*self.controller, object, !delay.is_zero(), &park)
            .await?;
        let (report, waits, unfinished, again_in) = match executed {
            Executed::Gone => {
                self.gone(key);
                return Ok("success");
            }
            Executed::Reported {
                report,
                waits,
                unfinished,
                again_in,
            } => (report, waits, unfinished, again_in),
        };
        if !waits && object.status() != Some(&report.status) {
            self.written.wrote(key);
        }
        let ended = match (report.verdict.outcome, unfinished) {
            (Outcome::Stalled, _) => Ended::Stalled,
            // Writes without end are a failure, too: they wait like one.
            (Outcome::Failing, _) | (_, Unfinished::Failed | Unfinished::More) => Ended::Failed,
            (Outcome::Ready | Outcome::Progressing, _) => Ended::Well,
        };
        let soon = match unfinished {
            Unfinished::More => Some(Duration::ZERO),
            Unfinished::Nothing | Unfinished::Failed => waits.then_some(delay),
        };
        let again = [again_in, soon].into_iter().flatten().min();
        self.queue.ended(key, ended, again);
        Ok(match ended {
            Ended::Failed => "error",
            Ended::Well | Ended::Stalled => "success",
        })
    }

    fn gone(&self, key: &Key) {
        // A successor of the same name may be there already, and has its own reads.
        if C::Object::store(&self.executor.caches).get(key).is_some() {
            return;
        }
        let reader: Reader = (C::Object::KIND, key.clone());
        self.executor.caches.router().forget(&reader);
        self.queue.forget(key);
        self.written.forget(key);
        self.controller.gone(key);
    }
}
