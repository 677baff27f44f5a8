//! What a zone holds, in the contract's form. Pure.

use std::collections::BTreeMap;

use maquette_sdk::dns::{Name, Observed, RecordSet, RecordType, etag, read_name};

use crate::codec::{decode_value, parse_mark};
use crate::wire::{Comment, RrSet};

/// What identifies a record set.
pub(crate) type Key = (String, RecordType);

/// A zone, or the part of it that was read.
#[derive(Debug, Clone, Default)]
pub(crate) struct State {
    sets: BTreeMap<(String, u8), Found>,
    /// Names that have records of types that the contract does not know.
    others: Vec<String>,
}

/// One record set, its marks, or both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) records: RecordSet,
    /// Contents of records that somebody disabled: kept by the server, not served.
    pub(crate) disabled: Vec<String>,
    /// Owners that marks name, each once, sorted.
    pub(crate) owners: Vec<String>,
    /// Comments that are no marks: they belong to people and stay.
    pub(crate) remarks: Vec<Comment>,
}

/// Whose a record set is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Holder<'a> {
    Nobody,
    Ours,
    /// Another's, or several at once, or it exists without a mark: then nobody is named.
    Another(Option<&'a str>),
}

/// What prevents a record set from being there.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Obstacle<'a> {
    None,
    /// Another record set, and its owner where it has one.
    Set(Option<&'a str>),
}

impl Found {
    /// A record set that was just written.
    pub(crate) fn written(records: RecordSet, owner: &str, remarks: Vec<Comment>) -> Self {
        Self {
            records,
            disabled: Vec::new(),
            owners: vec![owner.to_owned()],
            remarks,
        }
    }

    pub(crate) fn has_records(&self) -> bool {
        !self.records.values.is_empty() || !self.disabled.is_empty()
    }

    pub(crate) fn etag(&self) -> String {
        let mut all = self.records.clone();
        all.values.extend(
            self.disabled
                .iter()
                .map(|content| format!("disabled {content}")),
        );
        etag(&all, self.owners.iter().map(String::as_str))
    }

    pub(crate) fn holder(&self, owner: &str) -> Holder<'_> {
        match self.owners.iter().find(|found| *found != owner) {
            Some(other) => Holder::Another(Some(other)),
            None if !self.owners.is_empty() => Holder::Ours,
            None if self.has_records() => Holder::Another(None),
            None => Holder::Nobody,
        }
    }

    /// Whether it is exactly this record set of this owner.
    pub(crate) fn is(&self, records: &RecordSet, owner: &str) -> bool {
        self.records == *records && self.disabled.is_empty() && self.holder(owner) == Holder::Ours
    }

    fn observed(&self) -> Observed {
        Observed {
            records: self.records.clone(),
            owner: self.owners.first().cloned(),
            etag: self.etag(),
        }
    }
}

impl State {
    /// Reads what the API returned.
    pub(crate) fn parse(rrsets: &[RrSet]) -> Self {
        let mut state = Self::default();
        for rrset in rrsets {
            let name = read_name(&rrset.name);
            match RecordType::of_name(&rrset.kind) {
                Some(kind) => {
                    let found = parse(name, kind, rrset);
                    if found.has_records() || !found.owners.is_empty() || !found.remarks.is_empty()
                    {
                        state.put(found);
                    }
                }
                None if !rrset.records.is_empty() => state.others.push(name),
                None => {}
            }
        }
        state
    }

    pub(crate) fn get(&self, key: &Key) -> Option<&Found> {
        self.sets.get(&(key.0.clone(), key.1 as u8))
    }

    pub(crate) fn put(&mut self, found: Found) {
        self.sets.insert(
            (found.records.name.clone(), found.records.kind as u8),
            found,
        );
    }

    pub(crate) fn remove(&mut self, key: &Key) {
        self.sets.remove(&(key.0.clone(), key.1 as u8));
    }

    /// What prevents a record set of this name and type: a canonical name stands alone (RFC 1034, section 3.6.2).
    pub(crate) fn in_the_way(&self, key: &Key) -> Obstacle<'_> {
        let is_alias = key.1 == RecordType::Cname;
        let set = self.sets.values().find(|found| {
            found.records.name == key.0
                && found.records.kind != key.1
                && found.has_records()
                && (is_alias || found.records.kind == RecordType::Cname)
        });
        match set {
            Some(found) => Obstacle::Set(found.owners.first().map(String::as_str)),
            None if is_alias && self.others.contains(&key.0) => Obstacle::Set(None),
            None => Obstacle::None,
        }
    }

    /// What exists of these names. A server that was asked for one name adds the comments of every other name, as record
    /// sets without records (seen in 4.7.3), so what was read may be more than what was asked for.
    pub(crate) fn observed(&self, names: &[Name]) -> Vec<Observed> {
        self.visible()
            .filter(|found| names.iter().any(|name| name.as_str() == found.records.name))
            .map(Found::observed)
            .collect()
    }

    /// What is owned by an owner with this prefix.
    pub(crate) fn owned(&self, prefix: &str) -> Vec<Observed> {
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

    fn visible(&self) -> impl Iterator<Item = &Found> {
        self.sets
            .values()
            .filter(|found| found.has_records() || !found.owners.is_empty())
    }
}

fn parse(name: String, kind: RecordType, rrset: &RrSet) -> Found {
    let (disabled, enabled): (Vec<_>, Vec<_>) =
        rrset.records.iter().partition(|record| record.disabled);
    let mut values: Vec<String> = enabled
        .iter()
        .map(|record| decode_value(kind, &record.content))
        .collect();
    values.sort_unstable();
    values.dedup();
    let mut owners: Vec<String> = rrset.comments.iter().filter_map(parse_mark).collect();
    owners.sort_unstable();
    owners.dedup();
    Found {
        records: RecordSet {
            name,
            kind,
            ttl: rrset.ttl,
            values,
        },
        disabled: disabled
            .into_iter()
            .map(|record| record.content.clone())
            .collect(),
        owners,
        remarks: rrset
            .comments
            .iter()
            .filter(|comment| parse_mark(comment).is_none())
            .cloned()
            .collect(),
    }
}
