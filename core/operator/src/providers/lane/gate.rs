//! When a provider may be asked again: it is left alone for as long as it wishes, and after failures for a time that grows.

use crate::providers::error::LaneError;
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// Longest time for which a provider's wish to be left alone is respected: it may be wrong about its clock or its unit.
const LONGEST_WISH: Duration = Duration::from_mins(5);
/// Time after the first failure.
const FIRST: Duration = Duration::from_secs(1);
/// Longest time after failures.
const LONGEST: Duration = Duration::from_secs(30);
/// What lasts no longer than this is waited for. Whoever would wait longer gets the last failure at once.
const SHORT: Duration = Duration::from_secs(2);

/// Whether a provider may be asked.
#[derive(Debug, Default)]
pub(super) struct Gate(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// Consecutive failures.
    failures: u32,
    closed: Option<(Instant, LaneError)>,
}

/// What the gate says.
#[derive(Debug)]
pub(super) enum Admission {
    /// The provider may be asked now.
    Open,
    /// It may be asked from this moment on, which is near.
    Soon(Instant),
    /// It may not, and this is the answer.
    Closed(LaneError),
}

impl Gate {
    /// Whether the provider may be asked now.
    pub(super) fn admission(&self) -> Admission {
        let mut state = self.state();
        let now = Instant::now();
        match &state.closed {
            None => Admission::Open,
            Some((until, _)) if *until <= now => {
                state.closed = None;
                Admission::Open
            }
            Some((until, _)) if *until - now <= SHORT => Admission::Soon(*until),
            Some((_, error)) => Admission::Closed(LaneError::NotAsked(Box::new(error.clone()))),
        }
    }

    /// A call succeeded.
    pub(super) fn worked(&self) {
        self.state().failures = 0;
    }

    /// A call failed: the next one is made after a time that doubles with each failure.
    pub(super) fn failed(&self, error: &LaneError) {
        let mut state = self.state();
        let factor = 2_u32.saturating_pow(state.failures.min(16));
        state.failures = state.failures.saturating_add(1);
        state.close(FIRST.saturating_mul(factor).min(LONGEST), error);
    }

    /// The provider wishes to be left alone for this long.
    pub(super) fn pause(&self, wish: Duration, error: &LaneError) {
        self.state().close(wish.min(LONGEST_WISH), error);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// A shorter time does not end a longer one.
    fn close(&mut self, time: Duration, error: &LaneError) {
        let until = Instant::now() + time;
        if self.closed.as_ref().is_none_or(|(held, _)| *held < until) {
            self.closed = Some((until, error.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use maquette_host::PluginError;

    fn limited(wait: Duration) -> LaneError {
        LaneError::Refused(PluginError::RateLimited(wait))
    }

    #[tokio::test(start_paused = true)]
    async fn a_wish_of_any_length_is_respected_for_five_minutes_at_most() {
        for wish in [
            Duration::MAX,
            Duration::from_secs(1 << 63),
            Duration::from_mins(6),
        ] {
            let gate = Gate::default();
            gate.pause(wish, &limited(wish));
            tokio::time::advance(LONGEST_WISH.saturating_sub(Duration::from_secs(3))).await;
            assert!(matches!(gate.admission(), Admission::Closed(_)), "{wish:?}");
            tokio::time::advance(Duration::from_secs(3)).await;
            assert!(matches!(gate.admission(), Admission::Open), "{wish:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_time_after_failures_doubles_up_to_its_limit_and_a_success_ends_it() {
        let gate = Gate::default();
        let mut waits = Vec::new();
        for _ in 0..8 {
            gate.failed(&LaneError::Full);
            let start = Instant::now();
            while !matches!(gate.admission(), Admission::Open) {
                tokio::time::advance(Duration::from_secs(1)).await;
            }
            waits.push(start.elapsed().as_secs());
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 30, 30, 30]);
        gate.worked();
        gate.failed(&LaneError::Full);
        assert!(matches!(gate.admission(), Admission::Soon(_)));
    }
}
