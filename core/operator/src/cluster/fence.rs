//! The right to act, with its end: every write and every call of a provider asks for it first.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// The right to act, shared by everything that acts. It ends by itself where it is not extended in time.
#[derive(Clone, Debug)]
pub struct Fence {
    until: Arc<Mutex<Option<Instant>>>,
}

/// This process no longer has the right to act: another replica may lead by now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this replica does not lead any more")]
pub struct NotLeading;

impl Fence {
    /// A right without an end, for an operator that runs alone.
    pub fn unlimited() -> Self {
        Self {
            until: Arc::new(Mutex::new(None)),
        }
    }

    /// A right that ends at this moment unless it is extended.
    pub fn until(end: Instant) -> Self {
        Self {
            until: Arc::new(Mutex::new(Some(end))),
        }
    }

    /// The right ends at this moment instead.
    pub fn extend(&self, end: Instant) {
        *self.until.lock().unwrap_or_else(PoisonError::into_inner) = Some(end);
    }

    /// The time that is left, without limit for [`Fence::unlimited`].
    pub fn left(&self) -> Duration {
        let until = *self.until.lock().unwrap_or_else(PoisonError::into_inner);
        until.map_or(Duration::MAX, |end| {
            end.saturating_duration_since(Instant::now())
        })
    }

    /// Whether this process may act now.
    ///
    /// # Errors
    /// [`NotLeading`] after the end.
    pub fn check(&self) -> Result<(), NotLeading> {
        if self.left().is_zero() {
            Err(NotLeading)
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_right_that_is_not_extended_ends_by_itself() {
        let fence = Fence::until(Instant::now() + Duration::from_secs(10));
        tokio::time::advance(Duration::from_secs(9)).await;
        assert_eq!(fence.check(), Ok(()));
        fence.extend(Instant::now() + Duration::from_secs(10));
        tokio::time::advance(Duration::from_secs(9)).await;
        assert_eq!(fence.check(), Ok(()));
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(fence.check(), Err(NotLeading));
    }
}
