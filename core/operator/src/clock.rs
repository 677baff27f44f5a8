//! Time and chance, as values. The monotonic clock is tokio's everywhere, so that a paused runtime stops it.

use jiff::Timestamp;
use std::{fmt, sync::Arc};

/// Where the operator reads the wall clock and takes its random numbers from.
#[derive(Clone)]
pub struct Clock {
    now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    chance: Arc<dyn Fn() -> f64 + Send + Sync>,
}

impl Clock {
    /// A clock that reads these.
    pub fn new(
        now: impl Fn() -> Timestamp + Send + Sync + 'static,
        chance: impl Fn() -> f64 + Send + Sync + 'static,
    ) -> Self {
        Self {
            now: Arc::new(now),
            chance: Arc::new(chance),
        }
    }

    /// The wall clock.
    pub fn now(&self) -> Timestamp {
        (self.now)()
    }

    /// A random number from 0 to 1.
    pub fn chance(&self) -> f64 {
        (self.chance)()
    }
}

impl Default for Clock {
    /// The machine's own clock and randomness.
    fn default() -> Self {
        Self::new(Timestamp::now, rand::random)
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}
