//! Values that the calls of one provider keep for later calls (`memory` of `wit/plugin/host.wit`). Bounded, and gone with the
//! provider's binding: other grants, another configuration or another version of the plugin start without any.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use crate::{names::Secret, scrub::Needles};

/// The largest value, bytes.
const VALUE_BYTES: usize = 64 << 10;
/// The longest key, bytes.
const KEY_BYTES: usize = 256;
/// All values and keys of a provider, bytes.
const ALL_BYTES: usize = 1 << 20;
const VALUES: usize = 256;
/// The longest time for which a value is kept.
const LONGEST: Duration = Duration::from_hours(24);

/// Values by key, the oldest first.
#[derive(Default)]
pub(crate) struct Memory(Mutex<VecDeque<Kept>>);

struct Kept {
    key: String,
    value: Secret,
    ends: Instant,
    /// What is masked of it; nothing for a value that is no secret.
    needles: Option<Needles>,
}

impl Kept {
    fn size(&self) -> usize {
        self.key.len() + self.value.bytes().len()
    }
}

impl Memory {
    /// The value that was kept under this key, until its time is over.
    pub(crate) fn recall(&self, key: &str, now: Instant) -> Option<Vec<u8>> {
        let kept = self.lock();
        let found = kept
            .iter()
            .find(|kept| kept.key == key && kept.ends > now)?;
        Some(found.value.bytes().to_vec())
    }

    /// Keeps a value in the place of the one with the same key. One that is too large is not kept.
    pub(crate) fn keep(
        &self,
        key: String,
        value: Vec<u8>,
        time: Duration,
        secret: bool,
        now: Instant,
    ) {
        let mut kept = self.lock();
        kept.retain(|kept| kept.key != key && kept.ends > now);
        if value.len() > VALUE_BYTES || key.len() > KEY_BYTES || time.is_zero() {
            return;
        }
        let value = Secret::new(value);
        kept.push_back(Kept {
            key,
            ends: now + time.min(LONGEST),
            needles: secret.then(|| Needles::of([&value])),
            value,
        });
        while kept.len() > VALUES || kept.iter().map(Kept::size).sum::<usize>() > ALL_BYTES {
            kept.pop_front();
        }
    }

    /// A text without any secret value.
    pub(crate) fn mask_text(&self, text: String) -> String {
        let kept = self.lock();
        let needles = kept.iter().filter_map(|kept| kept.needles.as_ref());
        needles.fold(text, |text, needles| needles.mask_text(text))
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_hours(1);

    #[test]
    fn a_value_is_recalled_until_its_time_is_over_and_replaced_by_its_key() {
        let (memory, now) = (Memory::default(), Instant::now());
        memory.keep("token".into(), b"one".to_vec(), HOUR, true, now);
        memory.keep("token".into(), b"two".to_vec(), HOUR, true, now);
        assert_eq!(memory.recall("token", now), Some(b"two".to_vec()));
        assert_eq!(memory.recall("other", now), None);
        assert_eq!(memory.recall("token", now + HOUR), None);
        memory.keep("token".into(), vec![], Duration::ZERO, true, now);
        assert_eq!(memory.recall("token", now), None);
    }

    #[test]
    fn no_provider_keeps_more_than_its_bound_and_the_oldest_goes_first() {
        let (memory, now) = (Memory::default(), Instant::now());
        for number in 0..300 {
            memory.keep(number.to_string(), vec![0; 10], HOUR, false, now);
        }
        assert_eq!(memory.recall("43", now), None);
        assert!(memory.recall("44", now).is_some());
        for number in 0..20 {
            memory.keep(
                format!("large {number}"),
                vec![0; VALUE_BYTES],
                HOUR,
                false,
                now,
            );
        }
        let size: usize = memory.lock().iter().map(Kept::size).sum();
        assert!(size <= ALL_BYTES, "{size}");
        assert!(memory.recall("large 19", now).is_some());
        memory.keep("more".into(), vec![0; VALUE_BYTES + 1], HOUR, false, now);
        assert_eq!(memory.recall("more", now), None);
    }

    #[test]
    fn only_secret_values_are_masked() {
        let (memory, now) = (Memory::default(), Instant::now());
        memory.keep("token".into(), b"ghs_secret".to_vec(), HOUR, true, now);
        memory.keep("etag".into(), b"W/0123".to_vec(), HOUR, false, now);
        assert_eq!(
            memory.mask_text("ghs_secret of W/0123".into()),
            "********** of W/0123"
        );
    }
}
