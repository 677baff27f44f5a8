//! Work queue of one controller: each key at most once, never two workers on one key, nothing lost in between.

use super::backoff;
use crate::cluster::Key;
use std::{
    collections::{BTreeMap, HashMap, HashSet, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{sync::Notify, time::Instant};

/// Work queue of one controller.
///
/// A key that is added while a worker has it is handed out again when that worker is done, so an event that arrives
/// during a reconciliation is never lost.
#[derive(Debug, Default)]
pub struct Queue {
    state: Mutex<State>,
    wake: Notify,
}

#[derive(Debug, Default)]
struct State {
    ready: VecDeque<Key>,
    waiting: HashSet<Key>,
    active: HashSet<Key>,
    again: HashSet<Key>,
    timers: BTreeMap<(Instant, u64), Key>,
    due: HashMap<Key, (Instant, u64)>,
    sequence: u64,
    failures: HashMap<Key, u32>,
}

impl Queue {
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
        self.add_after(key.clone(), backoff::delay(failures, rand::random()));
    }

    /// The key succeeded: its next failure starts with the shortest delay.
    pub fn succeeded(&self, key: &Key) {
        self.state().failures.remove(key);
    }

    /// The worker is done with the key.
    pub fn done(&self, key: &Key) {
        let mut state = self.state();
        state.active.remove(key);
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
                if let Some(key) = state.ready.pop_front() {
                    state.waiting.remove(&key);
                    state.active.insert(key.clone());
                    if !state.ready.is_empty() {
                        self.wake.notify_one();
                    }
                    return key;
                }
                state.timers.keys().next().map(|(at, _)| *at)
            };
            match until {
                Some(at) => {
                    tokio::select! {
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
        self.state().ready.len()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn add(&mut self, key: Key) {
        self.disarm(&key);
        if self.active.contains(&key) {
            self.again.insert(key);
        } else if self.waiting.insert(key.clone()) {
            self.ready.push_back(key);
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
        let queue = Queue::default();
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
        let queue = Queue::default();
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
        let queue = Queue::default();
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
