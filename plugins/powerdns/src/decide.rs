//! Which changes of a batch are settled without a write, which are refused, and what is written for the rest. Pure.

use maquette_sdk::dns::{
    Change, Creation, Deletion, Name, RecordSet, RecordType, Replacement, canonical,
};
use maquette_sdk::{Error, Result};

use crate::codec::{encode_value, mark};
use crate::parse_within;
use crate::state::{Found, Holder, Key, Obstacle, State};
use crate::wire::{Comment, Record, RrSetChange};

/// What a batch comes to.
#[derive(Debug)]
pub(crate) struct Plan {
    /// One for each change, in their order.
    pub(crate) decisions: Vec<Decision>,
    /// One for each record set that is written, deletions first. All of them fit into one request.
    pub(crate) writes: Vec<Write>,
}

/// What becomes of one change.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Decision {
    /// Nothing has to be written.
    Settled(Result<String>),
    /// The write of this record set decides.
    Written(Key),
}

/// One record set to be written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Write {
    pub(crate) key: Key,
    pub(crate) change: RrSetChange,
    pub(crate) goal: Goal,
}

/// How the record set looks when the write succeeded and nobody else wrote since.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Goal {
    Gone,
    There { records: RecordSet, owner: String },
}

/// A change whose names and values are valid.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Checked {
    Create(RecordSet, String),
    Replace(RecordSet, String, String),
    Delete(Key, String),
}

impl Checked {
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Create(records, _) | Self::Replace(records, _, _) => &records.name,
            Self::Delete(key, _) => &key.0,
        }
    }
}

/// Checks a change by itself.
///
/// # Errors
/// [`Error::Invalid`] with a path below the change.
pub(crate) fn check(zone: &Name, change: &Change) -> Result<Checked> {
    match change {
        Change::Create(Creation { records, owner }) => Ok(Checked::Create(
            check_records(zone, records)?,
            check_owner(owner)?,
        )),
        Change::Replace(Replacement {
            records,
            owner,
            expect,
        }) => Ok(Checked::Replace(
            check_records(zone, records)?,
            check_owner(owner)?,
            expect.clone(),
        )),
        Change::Delete(Deletion { name, kind, owner }) => {
            let name = parse_within(name, zone, "name")?;
            Ok(Checked::Delete(
                (name.as_str().to_owned(), *kind),
                check_owner(owner)?,
            ))
        }
    }
}

fn check_records(zone: &Name, records: &RecordSet) -> Result<RecordSet> {
    let name = parse_within(&records.name, zone, "records.name")?;
    let records = canonical(records, "records")?;
    if records.kind == RecordType::Cname && name == *zone {
        let message = format!(
            "the zone's own name `{zone}` has other records and cannot be an alias; use A and AAAA records"
        );
        return Err(Error::invalid("records.kind", message));
    }
    Ok(records)
}

fn check_owner(owner: &str) -> Result<String> {
    if owner.is_empty() {
        Err(Error::invalid("owner", "an owner has a name"))
    } else {
        Ok(owner.to_owned())
    }
}

/// Decides a batch against what the zone holds. Deletions come first, whatever their place in the batch, so that
/// one batch can put an alias where addresses were. Each further change sees what the ones before it will write.
pub(crate) fn decide(before: State, changes: &[Result<Checked>]) -> Plan {
    let mut planner = Planner {
        state: before,
        writes: Vec::new(),
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
        writes: planner.writes,
    }
}

struct Planner {
    state: State,
    writes: Vec<Write>,
}

impl Planner {
    fn decide(&mut self, change: &Checked) -> Decision {
        match change {
            Checked::Create(records, owner) => self.create(records, owner),
            Checked::Replace(records, owner, expect) => self.replace(records, owner, expect),
            Checked::Delete(key, owner) => self.delete(key, owner),
        }
    }

    fn create(&mut self, records: &RecordSet, owner: &str) -> Decision {
        let key = (records.name.clone(), records.kind);
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
        let key = (records.name.clone(), records.kind);
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
            None | Some(Holder::Nobody) if self.is_written(key) => Decision::Written(key.clone()),
            None | Some(Holder::Nobody) => Decision::Settled(Ok(String::new())),
            Some(Holder::Another(other)) => conflict(other),
            Some(Holder::Ours) => {
                self.state.remove(key);
                let change = RrSetChange::Delete {
                    name: format!("{}.", key.0),
                    kind: key.1.name(),
                };
                self.write(key.clone(), change, Goal::Gone)
            }
        }
    }

    fn put(&mut self, records: &RecordSet, owner: &str) -> Decision {
        let key = (records.name.clone(), records.kind);
        match self.state.in_the_way(&key) {
            Obstacle::None => {}
            Obstacle::Set(owner) => return conflict(owner),
        }
        let remarks = self
            .state
            .get(&key)
            .map(|found| found.remarks.clone())
            .unwrap_or_default();
        let change = replacement(records, owner, &remarks);
        self.state
            .put(Found::written(records.clone(), owner, remarks));
        self.write(
            key,
            change,
            Goal::There {
                records: records.clone(),
                owner: owner.to_owned(),
            },
        )
    }

    fn write(&mut self, key: Key, change: RrSetChange, goal: Goal) -> Decision {
        // PowerDNS takes each record set once in a request: the last write of one stands for all of them.
        self.writes.retain(|write| write.key != key);
        self.writes.push(Write {
            key: key.clone(),
            change,
            goal,
        });
        Decision::Written(key)
    }

    /// The record set is as wanted: settled, unless an earlier change of this batch makes it so.
    fn settled(&self, key: &Key) -> Decision {
        if self.is_written(key) {
            return Decision::Written(key.clone());
        }
        Decision::Settled(Ok(self.state.get(key).map(Found::etag).unwrap_or_default()))
    }

    fn is_written(&self, key: &Key) -> bool {
        self.writes.iter().any(|write| write.key == *key)
    }
}

fn conflict(owner: Option<&str>) -> Decision {
    Decision::Settled(Err(Error::conflict(owner)))
}

fn replacement(records: &RecordSet, owner: &str, remarks: &[Comment]) -> RrSetChange {
    let records_of = |value: &String| Record {
        content: encode_value(records.kind, value),
        disabled: false,
    };
    RrSetChange::Replace {
        name: format!("{}.", records.name),
        kind: records.kind.name(),
        ttl: records.ttl,
        records: records.values.iter().map(records_of).collect(),
        comments: std::iter::once(mark(owner))
            .chain(remarks.iter().cloned())
            .collect(),
    }
}
