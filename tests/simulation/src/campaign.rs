//! Many runs on all processors.

use crate::{Report, Setup, simulate};
use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

/// Runs one setup on a thread of its own. `entropy` gives the thread's hash maps their keys.
pub fn alone(setup: Setup, entropy: fn(u64)) -> Report {
    let kept = setup.clone();
    let started = thread::Builder::new()
        .name(format!("seed {}", setup.seed))
        .spawn(move || {
            entropy(setup.seed);
            simulate(&setup)
        });
    match started.map(thread::JoinHandle::join) {
        Ok(Ok(report)) => report,
        Ok(Err(panic)) => {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            Report::panicked(kept, text.unwrap_or_default())
        }
        Err(error) => panic!("no thread: {error}"),
    }
}

/// Runs these seeds, and gives those that broke a rule to `failed`, which says whether to go on. Returns the number of
/// runs and of the operator's requests.
pub fn campaign(
    seeds: std::ops::Range<u64>,
    entropy: fn(u64),
    failed: impl FnMut(Report) -> bool + Send,
) -> (u64, u64) {
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let (next, requests) = (AtomicU64::new(seeds.start), AtomicU64::new(0));
    let done = AtomicU64::new(0);
    let failed = Mutex::new(failed);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end {
                        return;
                    }
                    let setup = Setup {
                        seed,
                        keep: None,
                        traced: false,
                    };
                    let report = alone(setup, entropy);
                    done.fetch_add(1, Ordering::Relaxed);
                    requests.fetch_add(report.requests, Ordering::Relaxed);
                    if report.violation.is_some() {
                        let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
                        if !failed(report) {
                            next.store(seeds.end, Ordering::Relaxed);
                        }
                    }
                }
            });
        }
    });
    (done.into_inner(), requests.into_inner())
}
