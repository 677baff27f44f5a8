//! Whose turn it is: namespaces take turns, and an object that waits for a provider holds no worker. Pure.

use crate::cluster::Key;
use std::{
    collections::{BTreeMap, HashSet, VecDeque},
    ops::Bound,
};

/// Keys that wait for a worker, and the keys that are being reconciled.
#[derive(Debug)]
pub(super) struct Turns {
    namespaces: BTreeMap<String, VecDeque<Key>>,
    last: String,
    waiting: usize,
    working: HashSet<Key>,
    /// Being reconciled, but waiting for an answer.
    parked: HashSet<Key>,
    workers: usize,
}

impl Turns {
    pub(super) fn new(workers: usize) -> Self {
        Self {
            namespaces: BTreeMap::new(),
            last: String::new(),
            waiting: 0,
            working: HashSet::new(),
            parked: HashSet::new(),
            workers,
        }
    }

    pub(super) fn push(&mut self, key: Key) {
        let namespace = self.namespaces.entry(key.namespace.clone()).or_default();
        namespace.push_back(key);
        self.waiting += 1;
    }

    /// The next key, where a worker is free. [`Turns::done`] has to follow.
    pub(super) fn pop(&mut self) -> Option<Key> {
        if self.working.len() >= self.workers {
            return None;
        }
        let name = self.next_namespace()?;
        let keys = self.namespaces.get_mut(&name)?;
        let key = keys.pop_front()?;
        if keys.is_empty() {
            self.namespaces.remove(&name);
        }
        self.last = name;
        self.waiting -= 1;
        self.working.insert(key.clone());
        Some(key)
    }

    /// The key gives its worker back while it waits for an answer. It stays its own: no other worker gets it.
    pub(super) fn park(&mut self, key: &Key) {
        if let Some(key) = self.working.take(key) {
            self.parked.insert(key);
        }
    }

    pub(super) fn done(&mut self, key: &Key) {
        self.working.remove(key);
        self.parked.remove(key);
    }

    pub(super) fn is_active(&self, key: &Key) -> bool {
        self.working.contains(key) || self.parked.contains(key)
    }

    pub(super) fn waiting(&self) -> usize {
        self.waiting
    }

    /// The first namespace after the last one, going around.
    fn next_namespace(&self) -> Option<String> {
        let last = self.last.as_str();
        let behind = (Bound::Excluded(last), Bound::Unbounded);
        let before = (Bound::Unbounded, Bound::Included(last));
        let mut names = self
            .namespaces
            .range::<str, _>(behind)
            .chain(self.namespaces.range::<str, _>(before));
        names.next().map(|(name, _)| name.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turns(workers: usize, waiting: &[(&str, usize)]) -> Turns {
        let mut turns = Turns::new(workers);
        for (namespace, count) in waiting {
            for number in 0..*count {
                turns.push(Key::new(*namespace, number.to_string()));
            }
        }
        turns
    }

    #[test]
    fn namespaces_take_turns_however_much_one_of_them_asks_for() {
        let mut turns = turns(100, &[("flood", 50), ("shop", 2), ("web", 1)]);
        let first: Vec<_> = (0..5)
            .filter_map(|_| turns.pop())
            .map(|key| key.namespace)
            .collect();
        assert_eq!(first, ["flood", "shop", "web", "flood", "shop"]);
    }

    #[test]
    fn a_key_that_waits_for_an_answer_holds_no_worker_and_stays_its_own() {
        let mut turns = turns(1, &[("a", 2)]);
        let first = turns.pop().unwrap();
        assert_eq!(turns.pop(), None);
        turns.park(&first);
        assert!(turns.is_active(&first));
        assert_eq!(turns.pop(), Some(Key::new("a", "1")));
        turns.done(&first);
        assert!(!turns.is_active(&first));
        assert_eq!(turns.waiting(), 0);
    }
}
