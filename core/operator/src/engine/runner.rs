//! Runs one controller: changes into the queue, workers out of it.

use super::{
    controller::Controller,
    execute::{Executed, Executor},
    queue::Queue,
};
use crate::cluster::{Change, Key, WriteError};
use futures::FutureExt as _;
use kube::Resource;
use maquette_api::condition::Outcome;
use std::{
    collections::HashMap,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{sync::broadcast, time::Instant};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::Instrument as _;

/// How long news without urgency wait for better news.
const PATIENCE: Duration = Duration::from_secs(5);

/// Runs the controller until `stop`, and lets every reconciliation that has begun end.
pub async fn run<C: Controller>(
    controller: Arc<C>,
    executor: Executor,
    mut changes: broadcast::Receiver<Change>,
    workers: usize,
    stop: CancellationToken,
) {
    let queue = Arc::new(Queue::new(workers, executor.clock.clone()));
    let written: Arc<LastWritten> = Arc::default();
    let enqueue = |queue: &Queue, key: Key| {
        if let Some(object) = C::store(&executor.caches).get(&key) {
            queue.group(&key, C::provider(&object).unwrap_or_default());
        }
        queue.add(key);
    };
    let enqueue_all = |queue: &Queue| {
        for object in C::store(&executor.caches).all() {
            enqueue(queue, Key::of(object.meta()));
        }
    };
    enqueue_all(&queue);
    let tasks = TaskTracker::new();
    // Workers exist while they work: hundreds that wait for something to do would only need memory.
    let hired = tasks.clone();
    let hiring = {
        let (controller, executor, queue, written, stop) = (
            controller.clone(),
            executor.clone(),
            queue.clone(),
            written.clone(),
            stop.clone(),
        );
        async move {
            loop {
                let key = tokio::select! {
                    biased;
                    () = stop.cancelled() => return,
                    key = queue.next() => key,
                };
                let (controller, executor, queue, written) = (
                    controller.clone(),
                    executor.clone(),
                    queue.clone(),
                    written.clone(),
                );
                hired.spawn(async move {
                    work(&*controller, &executor, &queue, &written, &key).await;
                    queue.done(&key);
                });
            }
        }
    };
    tasks.spawn(hiring);
    tasks.close();
    loop {
        tokio::select! {
                    biased;
            () = stop.cancelled() => break,
            change = changes.recv() => match change {
                Ok(change) => {
                    if change.kind == C::KIND {
                        enqueue(&queue, change.key.clone());
                    }
                    for key in controller.wakes(&change) {
                        enqueue(&queue, key);
                    }
                }
                // Changes came faster than they were sorted: look at everything.
                Err(broadcast::error::RecvError::Lagged(_)) => enqueue_all(&queue),
                Err(broadcast::error::RecvError::Closed) => break,
            },
        }
        executor.metrics.queue_depth(C::KIND.name(), queue.depth());
    }
    tasks.wait().await;
}

/// When each object's status was last written.
#[derive(Debug, Default)]
struct LastWritten(Mutex<HashMap<Key, Instant>>);

impl LastWritten {
    fn wrote(&self, key: &Key) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key.clone(), Instant::now());
    }

    fn forget(&self, key: &Key) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(key);
    }

    /// How long news may still wait.
    fn patience(&self, key: &Key) -> Duration {
        let mut times = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let since = times.entry(key.clone()).or_insert_with(Instant::now);
        PATIENCE.saturating_sub(since.elapsed())
    }
}

async fn work<C: Controller>(
    controller: &C,
    executor: &Executor,
    queue: &Queue,
    written: &LastWritten,
    key: &Key,
) {
    let Some(object) = C::store(&executor.caches).get(key) else {
        queue.succeeded(key);
        queue.group(key, String::new());
        written.forget(key);
        controller.gone(key);
        return;
    };
    let span = tracing::info_span!("reconcile", kind = C::KIND.name(), object = %key, generation = object.meta().generation);
    let started = Instant::now();
    let outcome = AssertUnwindSafe(reconcile(
        controller, executor, queue, written, key, &object,
    ))
    .catch_unwind()
    .instrument(span)
    .await;
    let result = match outcome {
        Ok(Ok(result)) => result,
        Ok(Err(WriteError::Stale { .. })) => {
            // The caches are about to hear of it.
            queue.add_after(key.clone(), Duration::from_millis(50));
            "requeue"
        }
        Ok(Err(error)) => {
            tracing::warn!(kind = C::KIND.name(), object = %key, error = &error as &dyn std::error::Error, "a write failed; it is tried again");
            queue.retry(key);
            "error"
        }
        Err(_) => {
            tracing::error!(kind = C::KIND.name(), object = %key, "a reconciliation panicked; it is tried again");
            queue.retry(key);
            "error"
        }
    };
    executor
        .metrics
        .reconciled(C::KIND.name(), result, started.elapsed());
}

async fn reconcile<C: Controller>(
    controller: &C,
    executor: &Executor,
    queue: &Queue,
    written: &LastWritten,
    key: &Key,
    object: &Arc<C::Object>,
) -> Result<&'static str, WriteError> {
    let observed = controller.observe(object).await;
    let plan = C::plan(object, &observed, executor.clock.now());
    let patience = written.patience(key);
    let Executed {
        report,
        waits,
        gone,
    } = executor
        .execute(controller, object, &observed, &plan, !patience.is_zero())
        .await?;
    if gone {
        written.forget(key);
        queue.succeeded(key);
        return Ok("success");
    }
    if waits {
        queue.add_after(key.clone(), patience);
    } else if C::current(object) != Some(&report.status) {
        written.wrote(key);
    }
    if let Some(delay) = plan.again_in {
        queue.add_after(key.clone(), delay);
    }
    if report.verdict.outcome == Outcome::Failing {
        queue.retry(key);
        return Ok("error");
    }
    queue.succeeded(key);
    Ok("success")
}
