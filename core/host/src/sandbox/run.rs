use std::{
    pin::Pin,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::time::timeout_at;
use wasmtime::{
    Store, UpdateDeadline,
    component::{Instance, InstancePre},
};

use super::{
    Slots, State, Ticker,
    bindings::{Context, GuestError},
    clock::CpuClock,
    outcome::{HOSTCALL_BYTES, explain, plugin_error},
};
use crate::{
    account::Accounts,
    budget::Budget,
    call::{Call, CallError, PluginError},
    egress::{Policy, Rules},
    grants::Limits,
    metrics::Meter,
};

/// Handles of component-model resources that one call may hold.
const HANDLES: usize = 4096;

/// Everything that the calls of one provider share.
pub(crate) struct Lane {
    pub(crate) pre: InstancePre<State>,
    pub(crate) rules: Arc<Rules>,
    pub(crate) limits: Limits,
    /// The configuration as JSON text.
    pub(crate) config: String,
    pub(crate) slots: Slots,
    pub(crate) ticker: Arc<Ticker>,
    pub(crate) meter: Arc<Meter>,
    pub(crate) accounts: Arc<Accounts>,
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
    wait_for_budget(&lane.rules.budget, call.deadline).await?;
    let started = Instant::now();
    let deadline = call.deadline.min(started + lane.limits.timeout);
    let Ok(Some(_slot)) = timeout_at(deadline.into(), lane.slots.acquire()).await else {
        return Err(CallError::Overloaded(lane.limits.concurrency));
    };

    let _ticking = lane.ticker.hold();
    let clock = Arc::new(CpuClock::default());
    let meter = Arc::new(Meter::part_of(lane.meter.clone()));
    let mut store = store(lane, call, clock.clone(), deadline, meter.clone());
    let context = context(lane, call, deadline);
    let working = async {
        let instance = lane.pre.instantiate_async(&mut store).await?;
        work(&mut store, instance, context).await
    };
    let ended = timeout_at(deadline.into(), clock.measure(working)).await;

    meter.computed(clock.spent());
    meter.used_memory(store.data().limiter.peak_bytes());
    lane.accounts
        .charge(&lane.rules.provider, &call.object, &meter);
    match ended {
        Ok(Ok(Ok(result))) => Ok(result),
        Ok(Ok(Err(refusal))) => {
            let refusal = plugin_error(refusal, store.data());
            if let PluginError::RateLimited(wait) = &refusal {
                lane.rules.budget.pause(*wait);
            }
            Err(CallError::Plugin(refusal))
        }
        Ok(Err(error)) => Err(explain(&error, store.data(), &lane.limits)),
        Err(_elapsed) => Err(CallError::Timeout(lane.limits.timeout)),
    }
    .map_err(|error| {
        store
            .data()
            .session
            .denial()
            .map_or(error, CallError::Denied)
    })
}

/// The provider's server asked everybody to wait: calls would only be refused. Whoever has no time for that is told.
async fn wait_for_budget(budget: &Budget, deadline: Instant) -> Result<(), CallError> {
    while let Some(wait) = budget.wait() {
        if Instant::now() + wait >= deadline {
            return Err(CallError::Plugin(PluginError::RateLimited(wait)));
        }
        tokio::time::sleep(wait).await;
    }
    Ok(())
}

fn store(
    lane: &Lane,
    call: &Call,
    clock: Arc<CpuClock>,
    deadline: Instant,
    meter: Arc<Meter>,
) -> Store<State> {
    let policy = Policy {
        rules: lane.rules.clone(),
        meter,
    };
    let state = State::new(
        policy,
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
        options: "{}".to_owned(),
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
