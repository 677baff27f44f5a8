//! Executes a plan. Every step is one request or none.

use super::{
    apply::Unchanged,
    controller::{Controller, Report},
    desired::Desired,
    metrics::Metrics,
    plan::{Finalizer, Notice, Plan, Results},
};
use crate::{
    clock::Clock,
    cluster::{Caches, Key, WriteError, Writer},
};
use kube::{
    Resource, ResourceExt as _,
    runtime::events::{Event, EventType, Recorder},
};
use maquette_api::{FINALIZER, condition};
use std::{sync::Arc, time::Duration};

/// How long telling one event may take.
const TELLING: Duration = Duration::from_secs(5);

/// What executing plans needs.
#[derive(Clone)]
pub struct Executor {
    /// The shared caches.
    pub caches: Arc<Caches>,
    /// Writes to the API server.
    pub writer: Writer,
    /// Tells events.
    pub recorder: Recorder,
    /// Counts.
    pub metrics: Metrics,
    /// The wall clock.
    pub clock: Clock,
    unchanged: Arc<Unchanged>,
}

/// What became of a plan.
pub(super) struct Executed<S> {
    pub(super) report: Report<S>,
    /// Whether the status still has to be written once it has waited.
    pub(super) waits: bool,
    /// Whether the object lost its finalizer.
    pub(super) gone: bool,
}

impl Executor {
    /// An executor with nothing remembered.
    pub fn new(
        caches: Arc<Caches>,
        writer: Writer,
        recorder: Recorder,
        metrics: Metrics,
        clock: Clock,
    ) -> Self {
        Self {
            caches,
            writer,
            recorder,
            metrics,
            clock,
            unchanged: Arc::default(),
        }
    }

    /// Executes the plan. `may_wait` says whether the object's last status is so fresh that news without urgency wait.
    pub(super) async fn execute<C: Controller>(
        &self,
        controller: &C,
        object: &Arc<C::Object>,
        observed: &C::Observed,
        plan: &Plan<C::Call>,
        may_wait: bool,
    ) -> Result<Executed<C::Status>, WriteError> {
        let key = Key::of(object.meta());
        if plan.finalizer == Finalizer::Add {
            self.set_finalizer::<C>(object, &key, true).await?;
        }
        let mut results = Results::default();
        if !plan.calls.is_empty() {
            // The ledger is durable before anything outside the cluster is asked for.
            let intention = C::status(object, observed, plan, &results, self.clock.now());
            self.write_status::<C>(object, &key, &intention.status)
                .await?;
        }
        let written = self.write_objects(plan, &mut results).await?;
        // What was said of the objects before they were written does not hold for what they are now.
        let fresh = if written {
            Some(controller.observe(object).await)
        } else {
            None
        };
        let observed = fresh.as_ref().unwrap_or(observed);
        // At once, so that a lane can make one batch of what belongs together.
        let calls = plan.calls.iter().map(async |call| {
            let answer = controller.call(object, call.clone()).await;
            (call.clone(), answer)
        });
        results.answers = futures::future::join_all(calls).await;
        results.called = true;
        for notice in &plan.notices {
            self.tell(object.as_ref(), notice).await;
        }
        if plan.finalizer == Finalizer::Remove {
            let report = C::status(object, observed, plan, &results, self.clock.now());
            self.set_finalizer::<C>(object, &key, false).await?;
            return Ok(Executed {
                report,
                waits: false,
                gone: true,
            });
        }
        let report = C::status(object, observed, plan, &results, self.clock.now());
        let waits = may_wait
            && plan.calls.is_empty()
            && self.differs::<C>(object, &key, &report.status)
            && C::can_wait(object, &report);
        if !waits {
            self.tell_verdict::<C>(object, &report).await;
            self.write_status::<C>(object, &key, &report.status).await?;
        }
        Ok(Executed {
            report,
            waits,
            gone: false,
        })
    }

    /// Applies and deletes; what the API server refuses is a result, what passes is an error. Whether anything was written.
    async fn write_objects<Call, A>(
        &self,
        plan: &Plan<Call>,
        results: &mut Results<Call, A>,
    ) -> Result<bool, WriteError> {
        let mut written = !plan.delete.is_empty();
        for desired in &plan.apply {
            let live = self.caches.live(desired.kind, &desired.key);
            if live.is_some_and(|live| desired.once || self.unchanged.holds(desired, &live)) {
                continue;
            }
            match self.write(desired).await {
                Ok(()) => {
                    self.unchanged.applied(desired, &self.caches);
                    written = true;
                }
                Err(WriteError::Refused(refusal)) => results.refused.push(refusal),
                Err(WriteError::NamespaceTerminating(_)) => results.namespace_terminating = true,
                Err(error) => return Err(error),
            }
        }
        for deletion in &plan.delete {
            self.writer
                .delete(
                    deletion.kind,
                    &deletion.key,
                    &deletion.uid,
                    deletion.foreground,
                )
                .await?;
        }
        Ok(written)
    }

    async fn write(&self, desired: &Desired) -> Result<(), WriteError> {
        let (kind, key, object) = (desired.kind, &desired.key, desired.object());
        if desired.once {
            self.writer.create(kind, key, object).await
        } else {
            self.writer.apply(kind, key, object).await
        }
    }

    /// The object as the caches hold it now, with what was written a moment ago; as it was given where it is gone.
    fn newest<C: Controller>(&self, object: &Arc<C::Object>, key: &Key) -> Arc<C::Object> {
        match C::store(&self.caches).get(key) {
            Some(newest) if newest.meta().uid == object.meta().uid => newest,
            _ => object.clone(),
        }
    }

    fn differs<C: Controller>(
        &self,
        object: &Arc<C::Object>,
        key: &Key,
        status: &C::Status,
    ) -> bool {
        C::current(&self.newest::<C>(object, key)) != Some(status)
    }

    async fn write_status<C: Controller>(
        &self,
        object: &Arc<C::Object>,
        key: &Key,
        status: &C::Status,
    ) -> Result<(), WriteError> {
        if !self.differs::<C>(object, key, status) {
            return Ok(());
        }
        let Some(uid) = object.meta().uid.as_deref() else {
            return Ok(());
        };
        let Ok(body) = serde_json::to_value(status) else {
            return Ok(());
        };
        match self.writer.status(C::KIND, key, uid, &body).await {
            // It went while we looked at it.
            Err(WriteError::Gone { .. }) => Ok(()),
            other => other,
        }
    }

    async fn set_finalizer<C: Controller>(
        &self,
        object: &Arc<C::Object>,
        key: &Key,
        present: bool,
    ) -> Result<(), WriteError> {
        let newest = self.newest::<C>(object, key);
        let held = newest.meta().finalizers.clone().unwrap_or_default();
        if held.iter().any(|f| f == FINALIZER) == present {
            return Ok(());
        }
        let mut wanted: Vec<String> = held.into_iter().filter(|f| f != FINALIZER).collect();
        if present {
            wanted.push(FINALIZER.to_owned());
        }
        let version = newest.resource_version().unwrap_or_default();
        match self
            .writer
            .finalizers(C::KIND, key, &version, &wanted)
            .await
        {
            Err(WriteError::Gone { .. }) if !present => Ok(()),
            other => other,
        }
    }

    /// An event where a problem begins or changes its reason.
    async fn tell_verdict<C: Controller>(
        &self,
        object: &Arc<C::Object>,
        report: &Report<C::Status>,
    ) {
        let before = C::current(object)
            .and_then(|status| condition::find(C::conditions(status), condition::READY));
        if !report.verdict.is_problem() || before.is_some_and(|c| c.reason == report.verdict.reason)
        {
            return;
        }
        let notice = Notice {
            warning: true,
            reason: report.verdict.reason,
            message: report.verdict.message.clone(),
        };
        self.tell(object.as_ref(), &notice).await;
    }

    async fn tell<K: Resource<DynamicType = ()>>(&self, object: &K, notice: &Notice) {
        let event = Event {
            type_: if notice.warning {
                EventType::Warning
            } else {
                EventType::Normal
            },
            reason: notice.reason.to_owned(),
            note: Some(notice.message.chars().take(1000).collect()),
            action: "Reconcile".to_owned(),
            secondary: None,
        };
        self.metrics.wrote("Event", "create");
        let reference = object.object_ref(&());
        // News are worth less than the work that waits behind them.
        match tokio::time::timeout(TELLING, self.recorder.publish(&event, &reference)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::debug!(%error, "an event could not be told"),
            Err(_) => tracing::debug!("an event was not taken in time"),
        }
    }
}
