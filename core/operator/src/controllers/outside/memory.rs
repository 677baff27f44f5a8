//! What this process knows of the calls and observations of each object. After a restart nothing is known, and everything
//! is observed again.

use crate::{
    cluster::Key,
    providers::{DEADLINE, LaneError},
};
use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// How long trouble of a provider is not reported of things that exist, and how long its absence is progress for those
/// that do not.
const GRACE: Duration = Duration::from_mins(1);
/// How soon the provider is asked again after it gave no answer.
const RETRY: Duration = Duration::from_secs(30);
/// Objects of one provider are spread over its interval in groups that are so far apart.
const GROUPS: Duration = Duration::from_secs(5);

/// What is known of every object of a kind.
#[derive(Debug)]
pub(in crate::controllers) struct Memory {
    since: Instant,
    known: Mutex<HashMap<Key, Known>>,
}

#[derive(Clone, Debug, Default)]
struct Known {
    /// When the thing was last seen to be right, and for which generation.
    confirmed: Option<(Instant, Option<i64>)>,
    /// Since when the provider cannot be used.
    trouble: Option<Instant>,
    /// Until when a call whose outcome is unknown may create the thing.
    open_until: Option<Instant>,
    calls: Calls,
    removal_failed: bool,
}

/// Which calls were made that create the thing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Calls {
    /// An earlier process may have made some.
    #[default]
    Unknown,
    /// The ledger was written by this process, and no call was made.
    None,
    /// Some.
    Made,
}

/// What is known of one object now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::controllers) struct Recalled {
    /// The provider cannot be used for so long that this is reported.
    pub(in crate::controllers) grace_over: bool,
    /// How long a call whose outcome is unknown may still have an effect.
    pub(in crate::controllers) open_for: Option<Duration>,
    /// No call was made that could have created the thing.
    pub(in crate::controllers) never_asked: bool,
    /// The last call to remove the thing failed.
    pub(in crate::controllers) removal_failed: bool,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            since: Instant::now(),
            known: Mutex::default(),
        }
    }
}

impl Memory {
    /// What is known of the object. `is_intended` says that its ledger has an entry that was never seen to exist;
    /// `in_trouble`, that its provider cannot be used or gave no answer just now.
    pub(in crate::controllers) fn recall(
        &self,
        key: &Key,
        is_intended: bool,
        in_trouble: bool,
    ) -> Recalled {
        let now = Instant::now();
        let mut all = self.all();
        let known = all.entry(key.clone()).or_default();
        known.trouble = in_trouble.then(|| known.trouble.unwrap_or(now));
        // An earlier process may have made a call just before it ended.
        let inherited =
            (is_intended && known.calls == Calls::Unknown).then(|| self.since + DEADLINE);
        let open_until = known.open_until.max(inherited);
        Recalled {
            grace_over: known.trouble.is_some_and(|since| now - since >= GRACE),
            open_for: open_until
                .map(|until| until.saturating_duration_since(now))
                .filter(|left| !left.is_zero()),
            never_asked: known.calls == Calls::None,
            removal_failed: known.removal_failed,
        }
    }

    /// The thing was seen to be right, or made right.
    pub(in crate::controllers) fn confirm(&self, key: &Key, generation: Option<i64>) {
        let mut all = self.all();
        all.entry(key.clone()).or_default().confirmed = Some((Instant::now(), generation));
    }

    /// Whether the thing was seen to be right for this generation so recently that it is not observed again: less than half of the
    /// interval ago, so that the first look after a creation comes within one and a half.
    pub(in crate::controllers) fn is_fresh(
        &self,
        key: &Key,
        generation: Option<i64>,
        interval: Duration,
    ) -> bool {
        let confirmed = self.all().get(key).and_then(|known| known.confirmed);
        confirmed.is_some_and(|(at, of)| of == generation && at.elapsed() * 2 < interval)
    }

    /// A call that creates or changes the thing began at `start` and ended. `is_first` says that the ledger had no entry
    /// before.
    pub(in crate::controllers) fn created(
        &self,
        key: &Key,
        is_first: bool,
        start: Instant,
        error: Option<&LaneError>,
    ) {
        let mut all = self.all();
        let known = all.entry(key.clone()).or_default();
        if error.is_none_or(LaneError::was_asked) {
            known.calls = Calls::Made;
        } else if is_first && known.calls == Calls::Unknown {
            known.calls = Calls::None;
        }
        if error.is_some_and(LaneError::may_have_happened) {
            known.open_until = known.open_until.max(Some(start + DEADLINE));
        }
    }

    /// A call that removes the thing ended.
    pub(in crate::controllers) fn removed(&self, key: &Key, failed: bool) {
        self.all().entry(key.clone()).or_default().removal_failed = failed;
    }

    /// The object does not exist any more.
    pub(in crate::controllers) fn forget(&self, key: &Key) {
        self.all().remove(key);
    }

    fn all(&self) -> MutexGuard<'_, HashMap<Key, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Time until the object is observed again: always at the same part of the interval, and another part for another object.
/// Objects of one part are observed together.
pub(in crate::controllers) fn until_turn(
    key: &Key,
    interval: Duration,
    now: jiff::Timestamp,
) -> Duration {
    let interval_ms = i64::try_from(interval.as_millis())
        .unwrap_or(i64::MAX)
        .max(1);
    let group_ms = i64::try_from(GROUPS.as_millis()).unwrap_or(1);
    let groups = u64::try_from(interval_ms / group_ms).unwrap_or(1).max(1);
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    let group = i64::try_from(hasher.finish() % groups).unwrap_or_default();
    let into = now
        .as_millisecond()
        .saturating_sub(group.saturating_mul(group_ms))
        .rem_euclid(interval_ms);
    Duration::from_millis(u64::try_from(interval_ms - into).unwrap_or_default())
}

/// Time until the provider is asked again after it could not be used.
pub(in crate::controllers) fn until_retry(interval: Duration) -> Duration {
    interval.min(RETRY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use maquette_host::CallError;
    use std::{collections::BTreeSet, sync::Arc};

    fn key(name: &str) -> Key {
        Key::new("shop", name)
    }

    fn lost() -> LaneError {
        Arc::new(CallError::Timeout(Duration::from_secs(3))).into()
    }

    #[test]
    fn objects_are_observed_once_in_each_interval_in_groups_that_are_apart() {
        let interval = Duration::from_mins(1);
        let mut turns = BTreeSet::new();
        for number in 0..1000 {
            let key = key(&number.to_string());
            let at = Timestamp::from_millisecond(7_000).unwrap();
            let first = until_turn(&key, interval, at);
            assert!(!first.is_zero() && first <= interval);
            let next = at + jiff::SignedDuration::try_from(first).unwrap();
            assert_eq!(until_turn(&key, interval, next), interval);
            turns.insert(first);
        }
        assert_eq!(turns.len(), 12);
        let at = Timestamp::from_millisecond(1).unwrap();
        assert!(until_turn(&key("a"), Duration::from_secs(1), at) <= Duration::from_secs(1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_was_lost_may_create_the_thing_until_its_deadline() {
        let memory = Memory::default();
        memory.created(&key("a"), true, Instant::now(), Some(&lost()));
        assert_eq!(
            memory.recall(&key("a"), true, false).open_for,
            Some(DEADLINE)
        );
        tokio::time::advance(DEADLINE).await;
        assert_eq!(memory.recall(&key("a"), true, false).open_for, None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_of_an_earlier_process_may_create_the_thing_until_its_deadline() {
        let memory = Memory::default();
        assert_eq!(memory.recall(&key("a"), false, false).open_for, None);
        assert!(memory.recall(&key("a"), true, false).open_for.is_some());
        tokio::time::advance(DEADLINE).await;
        assert_eq!(memory.recall(&key("a"), true, false).open_for, None);
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_never_asked_for_is_known_until_it_is() {
        let memory = Memory::default();
        let refused = LaneError::NotAsked(Box::new(lost()));
        memory.created(&key("a"), true, Instant::now(), Some(&refused));
        assert!(memory.recall(&key("a"), true, false).never_asked);
        memory.created(&key("a"), false, Instant::now(), None);
        assert!(!memory.recall(&key("a"), true, false).never_asked);
        // The entry is an earlier process's.
        memory.created(&key("b"), false, Instant::now(), Some(&refused));
        assert!(!memory.recall(&key("b"), true, false).never_asked);
    }

    #[tokio::test(start_paused = true)]
    async fn grace_ends_a_minute_after_the_trouble_began() {
        let memory = Memory::default();
        assert!(!memory.recall(&key("a"), false, true).grace_over);
        tokio::time::advance(GRACE / 2).await;
        assert!(!memory.recall(&key("a"), false, true).grace_over);
        tokio::time::advance(GRACE / 2).await;
        assert!(memory.recall(&key("a"), false, true).grace_over);
        assert!(!memory.recall(&key("a"), false, false).grace_over);
        assert!(!memory.recall(&key("a"), false, true).grace_over);
    }
}
