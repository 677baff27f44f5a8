//! What becomes of one change. The server compares and sets, so each write is safe by itself.

use maquette_sdk::dns::{Change, Name, RecordSet, RecordType};
use maquette_sdk::{Error, Result};

use crate::api::{Api, Item, Written};
use crate::within;

/// The server's shortest time to live, in seconds.
const MIN_TTL: u32 = 60;

/// The record set as the server keeps it.
pub(crate) fn canonical(records: &RecordSet, path: &str) -> Result<RecordSet> {
    let mut records = maquette_sdk::dns::canonical(records, path)?;
    records.ttl = records.ttl.max(MIN_TTL);
    Ok(records)
}

/// The new etag, empty after a deletion.
pub(crate) fn apply(api: &Api<'_>, zone: &Name, change: Change, path: &str) -> Result<String> {
    let check = |records: &RecordSet, owner: &str| {
        within(&records.name, zone, &format!("{path}.records.name"))?;
        check_owner(owner, path)?;
        canonical(records, &format!("{path}.records"))
    };
    match change {
        Change::Create(it) => create(api, zone, &check(&it.records, &it.owner)?, &it.owner),
        Change::Replace(it) => {
            let records = check(&it.records, &it.owner)?;
            replace(api, zone, &records, &it.owner, &it.expect)
        }
        Change::Delete(it) => {
            let name = within(&it.name, zone, &format!("{path}.name"))?;
            check_owner(&it.owner, path)?;
            delete(api, zone, &name, it.kind, &it.owner)
        }
    }
}

fn check_owner(owner: &str, path: &str) -> Result<()> {
    if owner.is_empty() {
        return Err(Error::invalid(
            format!("{path}.owner"),
            "an owner has a name",
        ));
    }
    Ok(())
}

fn create(api: &Api<'_>, zone: &Name, records: &RecordSet, owner: &str) -> Result<String> {
    let name = within(&records.name, zone, "records.name")?;
    match api.find(zone, &name, records.kind)? {
        None => write_exactly(api, zone, records, owner, None),
        Some(item) if item.is(records, owner) => Ok(item.version),
        // An owner mark without its records is ours and is repaired.
        Some(item) if item.is_owned_by(owner) && item.values.is_empty() => {
            write_exactly(api, zone, records, owner, Some(&item.version))
        }
        Some(item) => Err(conflict(Some(&item))),
    }
}

fn replace(
    api: &Api<'_>,
    zone: &Name,
    records: &RecordSet,
    owner: &str,
    expect: &str,
) -> Result<String> {
    let name = within(&records.name, zone, "records.name")?;
    match api.find(zone, &name, records.kind)? {
        // Also when this is a repetition and the expectation is out of date.
        Some(item) if item.is(records, owner) => Ok(item.version),
        Some(item) if item.is_owned_by(owner) && item.version == expect => {
            write_exactly(api, zone, records, owner, Some(expect))
        }
        other => Err(conflict(other.as_ref())),
    }
}

fn write_exactly(
    api: &Api<'_>,
    zone: &Name,
    records: &RecordSet,
    owner: &str,
    expect: Option<&str>,
) -> Result<String> {
    match api.write(zone, records, owner, expect)? {
        Written::Done(item) => Ok(item.version),
        // The SDK repeats a request whose answer was lost, and then the first one is in the way of the second.
        Written::Not(Some(item)) if item.is(records, owner) => Ok(item.version),
        Written::Not(item) => Err(conflict(item.as_ref())),
    }
}

fn delete(
    api: &Api<'_>,
    zone: &Name,
    name: &Name,
    kind: RecordType,
    owner: &str,
) -> Result<String> {
    match api.find(zone, name, kind)? {
        None => Ok(String::new()),
        Some(item) if item.is_owned_by(owner) => match api.remove(zone, name, &item)? {
            None => Ok(String::new()),
            Some(now) => Err(conflict(Some(&now))),
        },
        other => Err(conflict(other.as_ref())),
    }
}

fn conflict(item: Option<&Item>) -> Error {
    Error::conflict(item.and_then(|item| item.owner.as_deref()))
}
