//! What a zone holds, in the contract's form.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use crate::dns::{Name, Observed, RecordSet, RecordType, etag};

/// What identifies a record set.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    /// Canonical name.
    pub name: String,
    /// Type.
    pub kind: RecordType,
}

impl Key {
    /// A canonical name with a type.
    pub fn new(name: impl Into<String>, kind: RecordType) -> Self {
        Self {
            name: name.into(),
            kind,
        }
    }

    /// The key of these records.
    pub fn of(records: &RecordSet) -> Self {
        Self::new(records.name.clone(), records.kind)
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.name.as_str(), self.kind as u8).cmp(&(other.name.as_str(), other.kind as u8))
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// One record set, its marks, or both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found<R> {
    /// Canonical records; without values where only a mark exists.
    pub records: RecordSet,
    /// What is there of this name and type and has no form in the contract (a vendor's alias, a weight, a disabled
    /// record), in the vendor's words. It counts as records and never equals what somebody wants.
    pub strange: Vec<String>,
    /// Owners that marks name, each once, sorted.
    pub owners: Vec<String>,
    /// What the vendor calls it.
    pub raw: R,
}

/// A zone, or the part of it that was read.
#[derive(Debug, Clone)]
pub struct State<R> {
    sets: BTreeMap<Key, Found<R>>,
    others: BTreeSet<String>,
}

/// Whose a record set is.
#[derive(Debug, PartialEq, Eq)]
pub enum Holder<'a> {
    /// Nothing is there.
    Nobody,
    /// The one who asks, and nobody else.
    Ours,
    /// Another's, or several at once, or it exists without a mark: then nobody is named.
    Another(Option<&'a str>),
}

/// What prevents a record set from being there.
#[derive(Debug, PartialEq, Eq)]
pub enum Obstacle<'a> {
    /// Nothing.
    None,
    /// Another record set, and its owner where it has one.
    Set(Option<&'a str>),
}

impl<R: Default> Found<R> {
    /// Nothing yet of this name and type.
    pub fn nothing(key: &Key) -> Self {
        Self {
            records: RecordSet {
                name: key.name.clone(),
                kind: key.kind,
                ttl: 0,
                values: Vec::new(),
            },
            strange: Vec::new(),
            owners: Vec::new(),
            raw: R::default(),
        }
    }

    /// These records of this owner, as they are once they are written.
    pub fn written(records: RecordSet, owner: &str) -> Self {
        Self {
            records,
            strange: Vec::new(),
            owners: vec![owner.to_owned()],
            raw: R::default(),
        }
    }
}

impl<R> Found<R> {
    /// Whether there is more than marks.
    pub fn has_records(&self) -> bool {
        !self.records.values.is_empty() || !self.strange.is_empty()
    }

    /// Adds the owner that a mark names.
    pub fn add_owner(&mut self, owner: String) {
        if let Err(place) = self.owners.binary_search(&owner) {
            self.owners.insert(place, owner);
        }
    }

    /// Changes whenever the records or the marks change.
    pub fn etag(&self) -> String {
        let mut all = self.records.clone();
        let strange = self.strange.iter().map(|text| format!("strange {text}"));
        all.values.extend(strange);
        etag(&all, self.owners.iter().map(String::as_str))
    }

    /// Whose it is, for this owner.
    pub fn holder(&self, owner: &str) -> Holder<'_> {
        match self.owners.iter().find(|found| *found != owner) {
            Some(other) => Holder::Another(Some(other)),
            None if !self.owners.is_empty() => Holder::Ours,
            None if self.has_records() => Holder::Another(None),
            None => Holder::Nobody,
        }
    }

    /// Whether it is exactly these records of this owner.
    pub fn is(&self, records: &RecordSet, owner: &str) -> bool {
        self.records == *records && self.strange.is_empty() && self.holder(owner) == Holder::Ours
    }

    fn observed(&self) -> Observed {
        Observed {
            records: self.records.clone(),
            owner: self.owners.first().cloned(),
            etag: self.etag(),
        }
    }
}

impl<R> Default for State<R> {
    fn default() -> Self {
        Self {
            sets: BTreeMap::new(),
            others: BTreeSet::new(),
        }
    }
}

impl<R> State<R> {
    /// What is there of this name and type.
    pub fn get(&self, key: &Key) -> Option<&Found<R>> {
        self.sets.get(key)
    }

    /// Puts a record set in the place of what is there.
    pub fn put(&mut self, found: Found<R>) {
        self.sets.insert(Key::of(&found.records), found);
    }

    /// Takes a record set away.
    pub fn remove(&mut self, key: &Key) {
        self.sets.remove(key);
    }

    /// Remembers that the name has records of a type that the contract does not know.
    pub fn put_other(&mut self, name: &str) {
        self.others.insert(name.to_owned());
    }

    /// What prevents a record set of this name and type: a canonical name stands alone (RFC 1034, section 3.6.2).
    pub fn in_the_way(&self, key: &Key) -> Obstacle<'_> {
        let is_alias = key.kind == RecordType::Cname;
        let set = self.sets.values().find(|found| {
            found.records.name == key.name
                && found.records.kind != key.kind
                && found.has_records()
                && (is_alias || found.records.kind == RecordType::Cname)
        });
        match set {
            Some(found) => Obstacle::Set(found.owners.first().map(String::as_str)),
            None if is_alias && self.others.contains(&key.name) => Obstacle::Set(None),
            None => Obstacle::None,
        }
    }

    /// What exists of these names; more may have been read.
    pub fn observed(&self, names: &[Name]) -> Vec<Observed> {
        self.visible()
            .filter(|found| names.iter().any(|name| name.as_str() == found.records.name))
            .map(Found::observed)
            .collect()
    }

    /// What is owned by an owner with this prefix.
    pub fn owned(&self, prefix: &str) -> Vec<Observed> {
        self.visible()
            .filter_map(|found| {
                let owner = found
                    .owners
                    .iter()
                    .find(|owner| owner.starts_with(prefix))?;
                Some(Observed {
                    owner: Some(owner.clone()),
                    ..found.observed()
                })
            })
            .collect()
    }

    fn visible(&self) -> impl Iterator<Item = &Found<R>> {
        self.sets
            .values()
            .filter(|found| found.has_records() || !found.owners.is_empty())
    }
}

impl<R: Default> State<R> {
    /// What is there of this name and type, to be added to.
    pub fn entry(&mut self, key: &Key) -> &mut Found<R> {
        self.sets
            .entry(key.clone())
            .or_insert_with(|| Found::nothing(key))
    }
}
