//! Which changes of a batch are settled without a write, which are refused, and what is written for the rest.

use std::collections::BTreeMap;

use super::{Checked, Found, Holder, Key, Obstacle, State};
use crate::dns::RecordSet;
use crate::error::{Error, Result};

/// What a batch comes to.
#[derive(Debug)]
pub struct Plan<R> {
    /// One for each change, in their order.
    pub decisions: Vec<Decision>,
    /// One for each record set that is written, in the order of their keys.
    pub writes: Vec<Write<R>>,
}

/// What becomes of one change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Nothing has to be written.
    Settled(Result<String>),
    /// The write of this record set decides.
    Written(Key),
}

/// One record set to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write<R> {
    /// Which.
    pub key: Key,
    /// How it is at the provider: the precondition of the write. Nothing when nothing is there.
    pub before: Option<Found<R>>,
    /// How it shall be.
    pub goal: Goal,
}

/// How a record set looks when its write succeeded and nobody else wrote since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Goal {
    /// Neither records nor mark.
    Gone,
    /// These records with the mark of this owner alone.
    There {
        /// What shall exist.
        records: RecordSet,
        /// Who owns it.
        owner: String,
    },
}

/// Decides a batch against what the zone holds. Deletions come first, whatever their place in the batch, so that
/// one batch can put an alias where addresses were. Each further change sees what the ones before it will write.
pub fn decide<R: Clone + Default>(before: State<R>, changes: &[Result<Checked>]) -> Plan<R> {
    let mut planner = Planner {
        state: before.clone(),
        before,
        goals: BTreeMap::new(),
    };
    let mut decisions: Vec<Option<Decision>> = vec![None; changes.len()];
    for deletions in [true, false] {
        for (slot, change) in decisions.iter_mut().zip(changes) {
            match change {
                Ok(change) if matches!(change, Checked::Delete(..)) == deletions => {
                    *slot = Some(planner.decide(change));
                }
                Ok(_) => {}
                Err(error) => *slot = Some(Decision::Settled(Err(error.clone()))),
            }
        }
    }
    Plan {
        decisions: decisions.into_iter().flatten().collect(),
        writes: planner.writes(),
    }
}

struct Planner<R> {
    before: State<R>,
    state: State<R>,
    goals: BTreeMap<Key, Goal>,
}

impl<R: Clone + Default> Planner<R> {
    fn decide(&mut self, change: &Checked) -> Decision {
        match change {
            Checked::Create(records, owner) => self.create(records, owner),
            Checked::Replace(records, owner, expect) => self.replace(records, owner, expect),
            Checked::Delete(key, owner) => self.delete(key, owner),
        }
    }

    fn create(&mut self, records: &RecordSet, owner: &str) -> Decision {
        let key = Key::of(records);
        match self.state.get(&key) {
            Some(found) if found.is(records, owner) => self.settled(&key),
            Some(found) => match found.holder(owner) {
                // A mark without its records is ours and is repaired.
                Holder::Ours if !found.has_records() => self.put(records, owner),
                Holder::Ours => conflict(Some(owner)),
                Holder::Another(other) => conflict(other),
                Holder::Nobody => self.put(records, owner),
            },
            None => self.put(records, owner),
        }
    }

    fn replace(&mut self, records: &RecordSet, owner: &str, expect: &str) -> Decision {
        let key = Key::of(records);
        match self.state.get(&key) {
            None => conflict(None),
            // Also when it is a repetition of what was done already and the expectation is out of date.
            Some(found) if found.is(records, owner) => self.settled(&key),
            Some(found) => match found.holder(owner) {
                Holder::Another(other) => conflict(other),
                Holder::Ours if found.etag() == expect => self.put(records, owner),
                Holder::Ours => conflict(Some(owner)),
                Holder::Nobody => conflict(None),
            },
        }
    }

    fn delete(&mut self, key: &Key, owner: &str) -> Decision {
        match self.state.get(key).map(|found| found.holder(owner)) {
            None | Some(Holder::Nobody) if self.goals.contains_key(key) => {
                Decision::Written(key.clone())
            }
            None | Some(Holder::Nobody) => Decision::Settled(Ok(String::new())),
            Some(Holder::Another(other)) => conflict(other),
            Some(Holder::Ours) => {
                self.state.remove(key);
                self.goals.insert(key.clone(), Goal::Gone);
                Decision::Written(key.clone())
            }
        }
    }

    fn put(&mut self, records: &RecordSet, owner: &str) -> Decision {
        let key = Key::of(records);
        match self.state.in_the_way(&key) {
            Obstacle::None => {}
            Obstacle::Set(owner) => return conflict(owner),
        }
        self.state.put(Found::written(records.clone(), owner));
        let goal = Goal::There {
            records: records.clone(),
            owner: owner.to_owned(),
        };
        self.goals.insert(key.clone(), goal);
        Decision::Written(key)
    }

    /// The record set is as wanted: settled, unless an earlier change of this batch makes it so.
    fn settled(&self, key: &Key) -> Decision {
        if self.goals.contains_key(key) {
            return Decision::Written(key.clone());
        }
        Decision::Settled(Ok(self.state.get(key).map(Found::etag).unwrap_or_default()))
    }

    fn writes(self) -> Vec<Write<R>> {
        let before = self.before;
        self.goals
            .into_iter()
            .map(|(key, goal)| Write {
                before: before.get(&key).cloned(),
                key,
                goal,
            })
            .collect()
    }
}

fn conflict(owner: Option<&str>) -> Decision {
    Decision::Settled(Err(Error::conflict(owner)))
}
