//! Work queue of one controller: each key at most once, never two workers on one key, nothing lost in between, and a
//! failing key no sooner than its back-off allows.

use super::{backoff, fair::Turns};
use crate::{
    clock::Clock,
    cluster::{Key, Sink, Wake},
};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{sync::Notify, time::Instant};

/// Work queue of one controller.
///
/// A key that is woken while a worker has it is handed out again when that worker is done, so an event that arrives
/// during a reconciliation is never lost.
pub(super) struct Queue {
    state: Mutex<State>,
    wake: Notify,
    clock: Clock,
    depth: Box<dyn Fn(usize) + Send + Sync>,
}

struct State {
    turns: Turns,
    waiting: HashSet<Key>,
    again: HashMap<Key, Wake>,
    timers: BTreeMap<(Instant, u64), Key>,
    due: HashMap<Key, (Instant, u64)>,
    sequence: u64,
    failing: HashMap<Key, Failing>,
}

/// A key whose last reconciliation failed or stalled.
struct Failing {
    /// Consecutive failures.
    count: u32,
    /// Before this moment, only its user wakes it.
    quiet_until: Instant,
}

/// How a reconciliation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// All is as it should be, or on its way.
    Well,
    /// It failed, and the next attempt may succeed.
    Failed,
    /// The user, or something around the object, has to change first.
    Stalled,
}

impl Queue {
    /// For this many workers; `depth` is told how many keys wait.
    pub(super) fn new(
        workers: usize,
        clock: Clock,
        depth: impl Fn(usize) + Send + Sync + 'static,
    ) -> Self {
        let state = State {
            turns: Turns::new(workers),
            waiting: HashSet::new(),
            again: HashMap::new(),
            timers: BTreeMap::new(),
            due: HashMap::new(),
            sequence: 0,
            failing: HashMap::new(),
        };
        Self {
            state: Mutex::new(state),
            wake: Notify::new(),
            clock,
            depth: Box::new(depth),
        }
    }

    /// The reconciliation ended. The next one is after `again`, or when something wakes the key. After a failure it is no
    /// sooner than the back-off, whatever `again` says.
    pub(super) fn ended(&self, key: &Key, ended: Ended, again: Option<Duration>) {
        let now = Instant::now();
        let mut state = self.state();
        let again = if ended == Ended::Well {
            state.failing.remove(key);
            again
        } else {
            let count = state.failing.get(key).map_or(0, |failing| failing.count);
            let count = count.saturating_add(1);
            let back_off = backoff::delay(count, ended == Ended::Stalled, self.clock.chance());
            let failing = Failing {
                count,
                quiet_until: now + backoff::QUIET.min(back_off),
            };
            state.failing.insert(key.clone(), failing);
            Some(again.map_or(back_off, |again| again.max(back_off)))
        };
        if let Some(again) = again {
            state.arm(key.clone(), now + again);
        }
        drop(state);
        self.wake.notify_one();
    }

    /// The object of the key is gone.
    pub(super) fn forget(&self, key: &Key) {
        let mut state = self.state();
        state.failing.remove(key);
        state.disarm(key);
    }

    /// The worker is done with the key.
    pub(super) fn done(&self, key: &Key) {
        let mut state = self.state();
        state.turns.done(key);
        if let Some(wake) = state.again.remove(key) {
            state.wake(key, wake);
        }
        drop(state);
        self.wake.notify_one();
    }

    /// The key waits for an answer, and needs no worker any more.
    pub(super) fn park(&self, key: &Key) {
        self.state().turns.park(key);
        self.wake.notify_one();
    }

    /// The next key. The caller calls [`Queue::done`] with it afterwards.
    pub(super) async fn next(&self) -> Key {
        loop {
            let until = {
                let mut state = self.state();
                state.ring(Instant::now());
                if let Some(key) = state.turns.pop() {
                    state.waiting.remove(&key);
                    let waiting = state.turns.waiting();
                    drop(state);
                    (self.depth)(waiting);
                    if waiting > 0 {
                        self.wake.notify_one();
                    }
                    return key;
                }
                state.timers.keys().next().map(|(at, _)| *at)
            };
            match until {
                Some(at) => {
                    tokio::select! {
                        biased;
                        () = self.wake.notified() => {}
                        () = tokio::time::sleep_until(at) => {}
                    }
                }
                None => self.wake.notified().await,
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sink for Queue {
    fn wake(&self, key: &Key, wake: Wake) {
        let waiting = {
            let mut state = self.state();
            state.wake(key, wake);
            state.turns.waiting()
        };
        (self.depth)(waiting);
        self.wake.notify_one();
    }
}

impl State {
    fn wake(&mut self, key: &Key, wake: Wake) {
        if self.turns.is_active(key) {
            let again = self.again.entry(key.clone()).or_insert(wake);
            if wake == Wake::User {
                *again = wake;
            }
            return;
        }
        if wake == Wake::User {
            self.failing.remove(key);
        }
        match self.failing.get(key).map(|failing| failing.quiet_until) {
            Some(quiet_until) if quiet_until > Instant::now() => self.arm(key.clone(), quiet_until),
            _ => self.add(key.clone()),
        }
    }

    fn add(&mut self, key: Key) {
        self.disarm(&key);
        if self.turns.is_active(&key) {
            self.again.entry(key).or_insert(Wake::News);
        } else if self.waiting.insert(key.clone()) {
            self.turns.push(key);
        }
    }

    /// The earlier moment wins.
    fn arm(&mut self, key: Key, at: Instant) {
        let is_earlier = |(armed, _): &(Instant, u64)| *armed <= at;
        if self.due.get(&key).is_some_and(is_earlier) {
            return;
        }
        self.disarm(&key);
        self.sequence += 1;
        let timer = (at, self.sequence);
        self.timers.insert(timer, key.clone());
        self.due.insert(key, timer);
    }

    fn disarm(&mut self, key: &Key) {
        if let Some(timer) = self.due.remove(key) {
            self.timers.remove(&timer);
        }
    }

    /// Moves what is due to the keys that are ready.
    fn ring(&mut self, now: Instant) {
        while let Some(entry) = self.timers.first_entry() {
            if entry.key().0 > now {
                return;
            }
            let key = entry.remove();
            self.due.remove(&key);
            self.add(key);
        }
    }
}

#[cfg(test)]
mod tests;
