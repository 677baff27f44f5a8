use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};

/// Providers that have a place of their own in the pool.
const RESERVED: u32 = 128;

/// Room for the calls of all providers together.
#[derive(Clone)]
pub(crate) struct Pool {
    shared: Arc<Semaphore>,
    reserved: Arc<Semaphore>,
}

impl Pool {
    /// With room for this many calls that any provider may make.
    pub(crate) fn new(calls: u32) -> Self {
        Self {
            shared: Arc::new(Semaphore::new(calls as usize)),
            reserved: Arc::new(Semaphore::new(RESERVED as usize)),
        }
    }

    /// Calls that run at the same time at most.
    pub(crate) const fn room(calls: u32) -> u32 {
        calls.saturating_add(RESERVED)
    }
}

/// Room for the calls of one provider. One of them always has its place, whatever the other providers do.
pub(crate) struct Slots {
    most: Semaphore,
    own: Semaphore,
    pool: Pool,
    /// The place that `own` stands for.
    _reserved: Option<OwnedSemaphorePermit>,
}

/// The room of one call.
pub(crate) struct Slot<'a> {
    _one: SemaphorePermit<'a>,
    _place: SemaphorePermit<'a>,
}

impl Slots {
    /// For a provider that may make this many calls at the same time.
    pub(crate) fn new(most: usize, pool: Pool) -> Self {
        let reserved = pool.reserved.clone().try_acquire_owned().ok();
        Self {
            most: Semaphore::new(most),
            own: Semaphore::new(usize::from(reserved.is_some())),
            _reserved: reserved,
            pool,
        }
    }

    /// For a host of one call.
    pub(crate) fn alone() -> Self {
        Self::new(1, Pool::new(1))
    }

    /// Waits for room, in the order of asking. Nothing when the host ends.
    pub(crate) async fn acquire(&self) -> Option<Slot<'_>> {
        let one = self.most.acquire().await.ok()?;
        let place = tokio::select! {
            biased;
            own = self.own.acquire() => own,
            shared = self.pool.shared.acquire() => shared,
        };
        Some(Slot {
            _one: one,
            _place: place.ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test]
    async fn a_provider_has_a_place_whatever_the_others_do() {
        let pool = Pool::new(2);
        let (busy, other) = (Slots::new(9, pool.clone()), Slots::new(9, pool));
        let mut held = Vec::new();
        while let Ok(slot) = tokio::time::timeout(Duration::from_millis(20), busy.acquire()).await {
            held.push(slot.unwrap());
        }
        assert_eq!(held.len(), 3, "its own place and all that are shared");
        let first = other.acquire().await.unwrap();
        let waits = tokio::time::timeout(Duration::from_millis(20), other.acquire()).await;
        assert!(waits.is_err());
        drop(first);
        other.acquire().await.unwrap();
    }
}
