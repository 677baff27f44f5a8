//! Whose turn it is: providers and namespaces take turns, and whoever waits for one provider leaves room for the others.
//! Pure.

use crate::cluster::Key;
use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    ops::Bound,
};

/// Keys that wait for a worker, and which of them are worked on.
#[derive(Debug)]
pub(super) struct Turns {
    groups: BTreeMap<String, Group>,
    last: String,
    waiting: usize,
    active: HashMap<Key, String>,
    workers: usize,
}

/// Keys that wait for the same provider; those that wait for none have a group of their own, without a name.
#[derive(Debug, Default)]
struct Group {
    rows: BTreeMap<String, VecDeque<Key>>,
    last: String,
    active: usize,
}

impl Turns {
    pub(super) fn new(workers: usize) -> Self {
        Self {
            groups: BTreeMap::new(),
            last: String::new(),
            waiting: 0,
            active: HashMap::new(),
            workers,
        }
    }

    pub(super) fn push(&mut self, group: String, key: Key) {
        let group = self.groups.entry(group).or_default();
        group
            .rows
            .entry(key.namespace.clone())
            .or_default()
            .push_back(key);
        self.waiting += 1;
    }

    /// The next key that may be worked on. [`Turns::done`] has to follow.
    ///
    /// A provider may hold as many workers as are free beside: alone half of them, and however many providers hang,
    /// the next one finds workers.
    pub(super) fn pop(&mut self) -> Option<Key> {
        let free = self.workers.checked_sub(self.active.len() + 1)? + 1;
        let name = after(&self.groups, &self.last, |name, group| {
            !group.rows.is_empty() && (name.is_empty() || group.active < free)
        })?;
        let group = self.groups.get_mut(&name)?;
        let row = after(&group.rows, &group.last, |_, _| true)?;
        let keys = group.rows.get_mut(&row)?;
        let key = keys.pop_front()?;
        if keys.is_empty() {
            group.rows.remove(&row);
        }
        group.last = row;
        group.active += 1;
        self.waiting -= 1;
        self.active.insert(key.clone(), name.clone());
        self.last = name;
        Some(key)
    }

    pub(super) fn done(&mut self, key: &Key) {
        let Some(name) = self.active.remove(key) else {
            return;
        };
        if let Some(group) = self.groups.get_mut(&name) {
            group.active = group.active.saturating_sub(1);
            if group.active == 0 && group.rows.is_empty() {
                self.groups.remove(&name);
            }
        }
    }

    pub(super) fn is_active(&self, key: &Key) -> bool {
        self.active.contains_key(key)
    }

    pub(super) fn waiting(&self) -> usize {
        self.waiting
    }
}

/// The first one that fits after this one, going around.
fn after<V>(
    map: &BTreeMap<String, V>,
    last: &str,
    fits: impl Fn(&String, &V) -> bool,
) -> Option<String> {
    let behind = (Bound::Excluded(last), Bound::Unbounded);
    let before = (Bound::Unbounded, Bound::Included(last));
    map.range::<str, _>(behind)
        .chain(map.range::<str, _>(before))
        .find(|(name, value)| fits(name, value))
        .map(|(name, _)| name.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turns(workers: usize, waiting: &[(&str, &str, usize)]) -> Turns {
        let mut turns = Turns::new(workers);
        for (group, namespace, count) in waiting {
            for number in 0..*count {
                let key = Key::new(*namespace, format!("{group}{number}"));
                turns.push((*group).to_owned(), key);
            }
        }
        turns
    }

    #[test]
    fn namespaces_take_turns_however_much_one_of_them_asks_for() {
        let mut turns = turns(100, &[("", "flood", 50), ("", "shop", 2), ("", "web", 1)]);
        let first: Vec<_> = (0..5)
            .filter_map(|_| turns.pop())
            .map(|key| key.namespace)
            .collect();
        assert_eq!(first, ["flood", "shop", "web", "flood", "shop"]);
    }

    #[test]
    fn providers_that_hang_leave_workers_to_the_next_one() {
        let mut turns = turns(
            64,
            &[
                ("hangs", "a", 500),
                ("hangs-too", "a", 500),
                ("third", "a", 500),
            ],
        );
        let mut held: BTreeMap<String, usize> = BTreeMap::new();
        while let Some(key) = turns.pop() {
            *held.entry(turns.active[&key].clone()).or_default() += 1;
        }
        assert!(held.values().sum::<usize>() < 64, "{held:?}");
        turns.push("good".to_owned(), Key::new("shop", "record"));
        assert_eq!(turns.pop(), Some(Key::new("shop", "record")));
    }

    #[test]
    fn one_provider_alone_gets_half_and_what_waits_for_none_gets_all() {
        let mut one = turns(64, &[("dns", "a", 500)]);
        assert_eq!(std::iter::from_fn(|| one.pop()).count(), 32);
        let mut none = turns(64, &[("", "a", 500)]);
        assert_eq!(std::iter::from_fn(|| none.pop()).count(), 64);
        none.done(&Key::new("a", "0"));
        assert_eq!(none.pop(), Some(Key::new("a", "64")));
        assert_eq!(none.waiting(), 500 - 65);
    }
}
