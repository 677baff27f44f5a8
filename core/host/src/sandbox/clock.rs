use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    thread::{self, Thread},
    time::Duration,
};

use rustix::time::{ClockId, clock_gettime};
use wasmtime::Engine;

/// How long a plugin computes before it gives way to others and its budget is looked at.
const TICK: Duration = Duration::from_millis(5);

/// Counts the processor time of one call: only while it is polled, and only on its own thread.
#[derive(Debug, Default)]
pub(crate) struct CpuClock {
    spent_ns: AtomicU64,
    resumed_at_ns: AtomicU64,
}

impl CpuClock {
    /// Runs a future and counts what it computes.
    pub(crate) async fn measure<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        poll_fn(|context| {
            let _running = self.resume();
            future.as_mut().poll(context)
        })
        .await
    }

    /// Time so far. To be called on the thread that runs the call, or while it is not running.
    pub(crate) fn spent(&self) -> Duration {
        let resumed_at = self.resumed_at_ns.load(Ordering::Relaxed);
        let running = if resumed_at == 0 {
            0
        } else {
            thread_time_ns().saturating_sub(resumed_at)
        };
        Duration::from_nanos(self.spent_ns.load(Ordering::Relaxed) + running)
    }

    fn resume(&self) -> Running<'_> {
        self.resumed_at_ns
            .store(thread_time_ns().max(1), Ordering::Relaxed);
        Running(self)
    }
}

struct Running<'a>(&'a CpuClock);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let spent = u64::try_from(self.0.spent().as_nanos()).unwrap_or(u64::MAX);
        self.0.spent_ns.store(spent, Ordering::Relaxed);
        self.0.resumed_at_ns.store(0, Ordering::Relaxed);
    }
}

fn thread_time_ns() -> u64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    seconds * 1_000_000_000 + u64::try_from(time.tv_nsec).unwrap_or(0)
}

/// The thread that moves the engine's epoch on while calls run. It sleeps when none does, and ends with this value.
#[derive(Debug)]
pub(crate) struct Ticker {
    shared: Arc<Shared>,
    thread: Thread,
}

#[derive(Debug, Default)]
struct Shared {
    running_calls: AtomicUsize,
    stopped: AtomicBool,
}

impl Ticker {
    pub(crate) fn start(engine: Engine) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let seen = shared.clone();
        let handle = thread::Builder::new()
            .name("plugin-epoch".into())
            .spawn(move || {
                while !seen.stopped.load(Ordering::Acquire) {
                    if seen.running_calls.load(Ordering::Acquire) == 0 {
                        thread::park();
                    } else {
                        thread::sleep(TICK);
                        engine.increment_epoch();
                    }
                }
            })?;
        Ok(Self {
            shared,
            thread: handle.thread().clone(),
        })
    }

    /// Ticks until the guard is dropped.
    pub(crate) fn hold(&self) -> Ticking<'_> {
        if self.shared.running_calls.fetch_add(1, Ordering::AcqRel) == 0 {
            self.thread.unpark();
        }
        Ticking(self)
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::Release);
        self.thread.unpark();
    }
}

pub(crate) struct Ticking<'a>(&'a Ticker);

impl Drop for Ticking<'_> {
    fn drop(&mut self) {
        self.0.shared.running_calls.fetch_sub(1, Ordering::AcqRel);
    }
}
