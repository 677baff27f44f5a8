use std::{
    pin::Pin,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{sync::Semaphore, time::timeout_at};
use wasmtime::{
    Store, UpdateDeadline,
    component::{Instance, InstancePre},
};

use super::{
    State, Ticker,
    bindings::{Context, GuestError},
    clock::CpuClock,
    outcome::{HOSTCALL_BYTES, explain, plugin_error},
};
use crate::{
    call::{Call, CallError},
    egress::Policy,
    grants::Limits,
    metrics::Meter,
};

/// Handles of component-model resources that one call may hold.
const HANDLES: usize = 4096;

/// Everything that the calls of one provider share.
pub(crate) struct Lane {
    pub(crate) pre: InstancePre<State>,
    pub(crate) policy: Arc<Policy>,
    pub(crate) limits: Limits,
    /// The configuration as JSON text.
    pub(crate) config: String,
    /// The provider's own calls.
    pub(crate) slots: Semaphore,
    /// All calls of the host: as many as the pool has room for.
    pub(crate) pool: Arc<Semaphore>,
    pub(crate) ticker: Arc<Ticker>,
    pub(crate) meter: Arc<Meter>,
}

/// The work of a call inside its store.
pub(crate) type Work<'a, R> =
    Pin<Box<dyn Future<Output = wasmtime::Result<Result<R, GuestError>>> + Send + 'a>>;

/// Makes one call: waits for a slot, makes a store, instantiates, works, and accounts for it.
pub(crate) async fn run<R, F>(lane: &Lane, call: &Call, work: F) -> Result<R, CallError>
where
    R: Send,
    F: for<'a> FnOnce(&'a mut Store<State>, Instance, Context) -> Work<'a, R> + Send,
{
    let _in_flight = lane.meter.begin();
    let result = attempt(lane, call, work).await;
    if result.is_err() {
        lane.meter.failed();
    }
    result
}

async fn attempt<R, F>(lane: &Lane, call: &Call, work: F) -> Result<R, CallError>
where
    R: Send,
    F: for<'a> FnOnce(&'a mut Store<State>, Instance, Context) -> Work<'a, R> + Send,
{
    let started = Instant::now();
    let deadline = call.deadline.min(started + lane.limits.timeout);
    let slots = async { (lane.slots.acquire().await, lane.pool.acquire().await) };
    let Ok((Ok(_slot), Ok(_room))) = timeout_at(deadline.into(), slots).await else {
        return Err(CallError::Overloaded(lane.limits.concurrency));
    };

    let _ticking = lane.ticker.hold();
    let clock = Arc::new(CpuClock::default());
    let mut store = store(lane, call, clock.clone(), deadline);
    let context = context(lane, call, deadline);
    let working = async {
        let instance = lane.pre.instantiate_async(&mut store).await?;
        work(&mut store, instance, context).await
    };
    let ended = timeout_at(deadline.into(), clock.measure(working)).await;

    lane.meter.computed(clock.spent());
    lane.meter.used_memory(store.data().limiter.peak_bytes());
    match ended {
        Ok(Ok(Ok(result))) => Ok(result),
        Ok(Ok(Err(refusal))) => Err(CallError::Plugin(plugin_error(refusal, store.data()))),
        Ok(Err(error)) => Err(explain(&error, store.data(), &lane.limits)),
        Err(_elapsed) => Err(CallError::Timeout(started.elapsed())),
    }
    .map_err(|error| {
        store
            .data()
            .session
            .denial()
            .map_or(error, CallError::Denied)
    })
}

fn store(lane: &Lane, call: &Call, clock: Arc<CpuClock>, deadline: Instant) -> Store<State> {
    let state = State::new(
        lane.policy.clone(),
        call.object.clone(),
        lane.limits.memory_bytes,
        deadline,
    );
    let mut store = Store::new(lane.pre.engine(), state);
    store.limiter(|state| &mut state.limiter);
    store.set_hostcall_fuel(HOSTCALL_BYTES);
    store.set_max_component_handles(HANDLES);
    // A fresh store's deadline is the current epoch: without this it would end at once.
    store.set_epoch_deadline(1);
    let budget = lane.limits.cpu_time;
    store.epoch_deadline_callback(move |_| {
        Ok(if clock.spent() > budget {
            UpdateDeadline::Interrupt
        } else {
            UpdateDeadline::Yield(1)
        })
    });
    store
}

fn context(lane: &Lane, call: &Call, deadline: Instant) -> Context {
    let left = deadline.saturating_duration_since(Instant::now());
    Context {
        installation: call.installation.clone(),
        object: call.object.clone(),
        deadline_ms: milliseconds(left),
        idempotency_key: call.idempotency_key.clone(),
        config: lane.config.clone(),
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
