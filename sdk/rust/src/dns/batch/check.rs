//! Names and changes by themselves, before anybody is asked.

use super::Key;
use crate::dns::{
    Change, Creation, Deletion, Name, NameError, RecordSet, RecordType, Replacement, canonical,
    is_reserved, side_name,
};
use crate::error::{Error, Result};

/// Where a provider keeps owner marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marks {
    /// In the record set: a comment, a tag.
    Within,
    /// In a TXT record set at a name beside it, see [`side_name`]. Such names are refused to everybody else.
    Beside,
}

/// A change whose names and values are valid and canonical.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checked {
    /// Make it; its owner.
    Create(RecordSet, String),
    /// Change it; its owner, and the etag that it must have.
    Replace(RecordSet, String, String),
    /// Remove it; its owner.
    Delete(Key, String),
}

impl Checked {
    /// What it changes.
    pub fn key(&self) -> Key {
        match self {
            Self::Create(records, _) | Self::Replace(records, _, _) => Key::of(records),
            Self::Delete(key, _) => key.clone(),
        }
    }
}

/// The name of a zone.
///
/// # Errors
/// [`Error::Invalid`] for the field `zone`.
pub fn zone_name(zone: &str) -> Result<Name> {
    zone.parse()
        .map_err(|error: NameError| Error::invalid("zone", error.to_string()))
}

/// A name of this zone.
///
/// # Errors
/// [`Error::Invalid`] for the field `path`.
pub fn name_within(name: &str, zone: &Name, path: &str) -> Result<Name> {
    let name: Name = name
        .parse()
        .map_err(|error: NameError| Error::invalid(path, error.to_string()))?;
    if name.is_within(zone) {
        return Ok(name);
    }
    let message =
        format!("`{name}` is not within the zone `{zone}`; use a name that ends with `.{zone}`");
    Err(Error::invalid(path, message))
}

/// Names of this zone, sorted, each once.
///
/// # Errors
/// [`Error::Invalid`] for the first one that is none, as `names[N]`.
pub fn names_within(names: &[String], zone: &Name) -> Result<Vec<Name>> {
    let mut names = names
        .iter()
        .enumerate()
        .map(|(position, name)| name_within(name, zone, &format!("names[{position}]")))
        .collect::<Result<Vec<Name>>>()?;
    names.sort_unstable();
    names.dedup();
    Ok(names)
}

/// Checks a change by itself.
///
/// # Errors
/// [`Error::Invalid`] with a path below the change.
pub fn check(zone: &Name, change: &Change, marks: Marks) -> Result<Checked> {
    match change {
        Change::Create(Creation { records, owner }) => Ok(Checked::Create(
            records_within(zone, records, marks)?,
            owner_of(owner)?,
        )),
        Change::Replace(Replacement {
            records,
            owner,
            expect,
        }) => Ok(Checked::Replace(
            records_within(zone, records, marks)?,
            owner_of(owner)?,
            expect.clone(),
        )),
        Change::Delete(Deletion { name, kind, owner }) => {
            let name = name_within(name, zone, "name")?;
            has_mark(&name, *kind, marks, "name")?;
            Ok(Checked::Delete(
                Key::new(name.as_str(), *kind),
                owner_of(owner)?,
            ))
        }
    }
}

fn records_within(zone: &Name, records: &RecordSet, marks: Marks) -> Result<RecordSet> {
    let name = name_within(&records.name, zone, "records.name")?;
    has_mark(&name, records.kind, marks, "records.name")?;
    let records = canonical(records, "records")?;
    if records.kind == RecordType::Cname && name == *zone {
        let message = format!(
            "the zone's own name `{zone}` has other records and cannot be an alias; use A and AAAA records"
        );
        return Err(Error::invalid("records.kind", message));
    }
    Ok(records)
}

fn has_mark(name: &Name, kind: RecordType, marks: Marks, path: &str) -> Result<()> {
    if marks == Marks::Within {
        return Ok(());
    }
    if is_reserved(name) {
        let message =
            format!("`{name}` is kept for owner marks; use a name that does not begin with `_mq-`");
        return Err(Error::invalid(path, message));
    }
    side_name(name, kind, path).map(|_| ())
}

fn owner_of(owner: &str) -> Result<String> {
    if owner.is_empty() {
        Err(Error::invalid("owner", "an owner has a name"))
    } else {
        Ok(owner.to_owned())
    }
}
