//! Work queue of one controller: each key at most once, never two workers on one key, nothing lost in between, and all
//! namespaces and providers in turn.

use super::{backoff, fair::Turns};
use crate::{clock::Clock, cluster::Key};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{sync::Notify, time::Instant};

/// Work queue of one controller.
///
/// A key that is added while a worker has it is handed out again when that worker is done, so an event that arrives
/// during a reconciliation is never lost.
#[derive(Debug)]
pub struct Queue {
    state: Mutex<State>,
    wake: Notify,
    clock: Clock,
}

#[derive(Debug)]
struct State {
    turns: Turns,
    waiting: HashSet<Key>,
    groups: HashMap<Key, String>,
    again: HashSet<Key>,
    timers: BTreeMap<(Instant, u64), Key>,
    due: HashMap<Key, (Instant, u64)>,
    sequence: u64,
    failures: HashMap<Key, u32>,
}

impl Queue {
    /// For this many workers.
    pub fn new(workers: usize, clock: Clock) -> Self {
        let state = State {
            turns: Turns::new(workers),
            waiting: HashSet::new(),
            groups: HashMap::new(),
            again: HashSet::new(),
            timers: BTreeMap::new(),
            due: HashMap::new(),
            sequence: 0,
            failures: HashMap::new(),
        };
        Self {
            state: Mutex::new(state),
            wake: Notify::new(),
            clock,
        }
    }

    /// From now on the key waits for this provider; empty where it waits for none.
    pub fn group(&self, key: &Key, provider: String) {
        let mut state = self.state();
        if provider.is_empty() {
            state.groups.remove(key);
        } else {
            state.groups.insert(key.clone(), provider);
        }
    }

    /// Hands the key out as soon as a worker is free.
    pub fn add(&self, key: Key) {
        self.state().add(key);
        self.wake.notify_one();
    }

    /// Hands the key out after the delay, or earlier if something else asks for that.
    pub fn add_after(&self, key: Key, delay: Duration) {
        let mut state = self.state();
        let at = Instant::now() + delay;
        if state
            .due
            .get(&key)
            .is_some_and(|(earlier, _)| *earlier <= at)
        {
            return;
        }
        state.disarm(&key);
        state.sequence += 1;
        let timer = (at, state.sequence);
        state.timers.insert(timer, key.clone());
        state.due.insert(key, timer);
        drop(state);
        self.wake.notify_one();
    }

    /// The key failed: hands it out again after its own, growing delay.
    pub fn retry(&self, key: &Key) {
        let failures = {
            let mut state = self.state();
            let failures = state.failures.entry(key.clone()).or_default();
            *failures = failures.saturating_add(1);
            *failures
        };
        self.add_after(key.clone(), backoff::delay(failures, self.clock.chance()));
    }

    /// The key succeeded: its next failure starts with the shortest delay.
    pub fn succeeded(&self, key: &Key) {
        self.state().failures.remove(key);
    }

    /// The worker is done with the key.
    pub fn done(&self, key: &Key) {
        let mut state = self.state();
        state.turns.done(key);
        if state.again.remove(key) {
            state.add(key.clone());
        }
        drop(state);
        self.wake.notify_one();
    }

    /// The next key. The caller calls [`Queue::done`] with it afterwards.
    pub async fn next(&self) -> Key {
        loop {
            let until = {
                let mut state = self.state();
                state.ring(Instant::now());
                if let Some(key) = state.turns.pop() {
                    state.waiting.remove(&key);
                    if state.turns.waiting() > 0 {
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

    /// Keys that wait for a worker.
    pub fn depth(&self) -> usize {
        self.state().turns.waiting()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn add(&mut self, key: Key) {
        self.disarm(&key);
        if self.turns.is_active(&key) {
            self.again.insert(key);
        } else if self.waiting.insert(key.clone()) {
            let group = self.groups.get(&key).cloned().unwrap_or_default();
            self.turns.push(group, key);
        }
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
mod tests {
    use super::*;

    fn key(name: &str) -> Key {
        Key::new("n", name)
    }

    #[tokio::test(start_paused = true)]
    async fn a_key_that_changes_while_it_is_worked_on_is_handed_out_again() {
        let queue = Queue::new(4, Clock::default());
        queue.add(key("a"));
        queue.add(key("a"));
        assert_eq!(queue.next().await, key("a"));
        queue.add(key("a"));
        assert!(
            tokio::time::timeout(Duration::from_mins(1), queue.next())
                .await
                .is_err(),
            "two workers on one key"
        );
        queue.done(&key("a"));
        assert_eq!(queue.next().await, key("a"));
        queue.done(&key("a"));
        assert!(
            tokio::time::timeout(Duration::from_mins(1), queue.next())
                .await
                .is_err()
        );
    }

    #[tokio::test(start_paused = true)]
    async fn an_earlier_wish_wins_over_a_later_one() {
        let queue = Queue::new(4, Clock::default());
        let start = Instant::now();
        queue.add_after(key("a"), Duration::from_secs(10));
        queue.add_after(key("a"), Duration::from_secs(100));
        queue.add_after(key("a"), Duration::from_secs(1));
        queue.next().await;
        assert_eq!(start.elapsed().as_secs(), 1);
        queue.done(&key("a"));
        assert!(
            tokio::time::timeout(Duration::from_mins(10), queue.next())
                .await
                .is_err(),
            "handed out twice"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn one_key_that_fails_does_not_delay_another() {
        let queue = Queue::new(4, Clock::default());
        for _ in 0..8 {
            queue.add(key("bad"));
            queue.next().await;
            queue.retry(&key("bad"));
            queue.done(&key("bad"));
        }
        queue.add(key("good"));
        let start = Instant::now();
        assert_eq!(queue.next().await, key("good"));
        assert_eq!(start.elapsed(), Duration::ZERO);
    }
}
