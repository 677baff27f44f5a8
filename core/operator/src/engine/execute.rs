//! Executes plans until one of them has nothing more to write.

use super::{
    apply::Objects,
    controller::{Controller, Report, Status},
    events::Events,
    metrics::Metrics,
    plan::{Finalizer, Plan, Results},
};
use crate::{
    clock::Clock,
    cluster::{Caches, Key, Reader, Reads, Typed as _, WriteError, Writer},
};
use kube::{Resource as _, runtime::events::Recorder};
use std::sync::Arc;

/// How often one reconciliation decides again after it wrote objects. What is left then is for the next one.
const ROUNDS: usize = 4;

/// What executing plans needs.
#[derive(Clone)]
pub struct Executor {
    /// The shared caches.
    pub caches: Arc<Caches>,
    /// Writes to the API server.
    pub writer: Writer,
    /// Counts.
    pub metrics: Metrics,
    /// The wall clock.
    pub clock: Clock,
    events: Events,
    objects: Objects,
}

/// What became of a plan.
pub(super) enum Executed<S> {
    /// The status says so.
    Reported {
        report: Report<S>,
        /// Whether the status still has to be written once it has waited.
        waits: bool,
        /// Whether an object was not written, or more is to be written at once.
        unfinished: Unfinished,
        again_in: Option<std::time::Duration>,
    },
    /// The object is gone.
    Gone,
}

/// What is left of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unfinished {
    Nothing,
    /// Objects were not written.
    Failed,
    /// The rounds were not enough.
    More,
}

/// A decision, and what it was made of.
struct Decision<C: Controller> {
    object: Arc<C::Object>,
    observed: C::Observed,
    plan: Plan<C::Call>,
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
            objects: Objects::new(caches.clone(), writer.clone()),
            events: Events::new(recorder, metrics.clone()),
            caches,
            writer,
            metrics,
            clock,
        }
    }

    /// Observes, plans and executes. `may_wait` says whether the object's last status is so fresh that a report without
    /// urgency waits; `park` is called before the reconciliation waits for an answer.
    pub(super) async fn execute<C: Controller>(
        &self,
        controller: &C,
        object: &Arc<C::Object>,
        may_wait: bool,
        park: &Arc<dyn Fn() + Send + Sync>,
    ) -> Result<Executed<Status<C>>, WriteError> {
        let me: Reader = (C::Object::KIND, Key::of(object.meta()));
        let mut round = 1;
        let (decision, results, written) = loop {
            let decision = self.decide(controller, &me, object, park).await;
            let plan = &decision.plan;
            if plan.finalizer == Finalizer::Add {
                self.set_finalizer::<C>(&decision.object, &me, true).await?;
            }
            if !plan.calls.is_empty() && !self.write_intention::<C>(&decision, &me).await? {
                return Ok(Executed::Gone);
            }
            let mut results = Results::default();
            let written = self.objects.write(&me, plan, &mut results).await?;
            let is_final = plan.finalizer == Finalizer::Remove || !plan.calls.is_empty();
            let failed = !results.refused.is_empty() || results.namespace_terminating;
            if !written || is_final || failed || round == ROUNDS {
                break (decision, results, written);
            }
            round += 1;
        };
        self.conclude(controller, &me, decision, results, written, may_wait, park)
            .await
    }

    async fn decide<C: Controller>(
        &self,
        controller: &C,
        me: &Reader,
        object: &Arc<C::Object>,
        park: &Arc<dyn Fn() + Send + Sync>,
    ) -> Decision<C> {
        let object = self.newest::<C>(object, &me.1);
        let reads = Reads::new(self.caches.clone(), me.clone()).parking(park.clone());
        let observed = controller.observe(&reads, &object).await;
        reads.finish();
        let plan = C::plan(&object, &observed, self.clock.now());
        Decision {
            object,
            observed,
            plan,
        }
    }

    /// Makes the calls, and reports.
    #[expect(
        clippy::too_many_arguments,
        reason = "one step of `execute`, with its state"
    )]
    async fn conclude<C: Controller>(
        &self,
        controller: &C,
        me: &Reader,
        decision: Decision<C>,
        mut results: Results<C::Call, C::Answer>,
        written: bool,
        may_wait: bool,
        park: &Arc<dyn Fn() + Send + Sync>,
    ) -> Result<Executed<Status<C>>, WriteError> {
        let Decision {
            object,
            observed,
            plan,
        } = decision;
        // What was said of the objects before they were written does not hold for what they are now.
        let observed = if written {
            self.decide(controller, me, &object, park).await.observed
        } else {
            observed
        };
        let failed = !results.refused.is_empty();
        if !failed && !plan.calls.is_empty() {
            park();
            // At once, so that a lane can make one batch of what belongs together.
            let calls = plan.calls.iter().map(async |call| {
                let answer = controller.call(&object, call.clone()).await;
                (call.clone(), answer)
            });
            results.answers = futures::future::join_all(calls).await;
        }
        let report = C::status(&object, &observed, &plan, &results, self.clock.now());
        if plan.finalizer == Finalizer::Remove && !failed {
            self.set_finalizer::<C>(&object, me, false).await?;
            self.events.publish(object.as_ref(), &plan.notices);
            return Ok(Executed::Gone);
        }
        let waits = may_wait
            && plan.calls.is_empty()
            && self.differs::<C>(&object, &me.1, &report.status)
            && C::can_wait(&object, &report);
        if !waits {
            // Where an intention was written, the report replaces that one.
            if plan.calls.is_empty() {
                self.still_reads::<C>(&object, me)?;
            }
            self.write_status::<C>(&object, me, &report.status).await?;
            self.events.publish(object.as_ref(), &plan.notices);
            self.events.publish_verdict::<C>(&object, &report);
        }
        let unfinished = match (failed, written && plan.calls.is_empty()) {
            (true, _) => Unfinished::Failed,
            (false, true) => Unfinished::More,
            (false, false) => Unfinished::Nothing,
        };
        Ok(Executed::Reported {
            report,
            waits,
            unfinished,
            again_in: plan.again_in,
        })
    }

    /// The ledger is durable before anything outside the cluster is asked for. `false` where the object is gone, so that
    /// nothing would remember what the calls create.
    async fn write_intention<C: Controller>(
        &self,
        decision: &Decision<C>,
        me: &Reader,
    ) -> Result<bool, WriteError> {
        let Decision {
            object,
            observed,
            plan,
        } = decision;
        let Some(intention) = C::intention(object, observed, plan) else {
            return Ok(true);
        };
        self.still_reads::<C>(object, me)?;
        match self.write_status::<C>(object, me, &intention).await {
            Ok(()) => Ok(true),
            Err(WriteError::Gone { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
