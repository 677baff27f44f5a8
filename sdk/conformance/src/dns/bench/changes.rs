//! Changes, and what they came to, in short. Pure.

use maquette_host::PluginError;
use maquette_host::dns::{Change, Creation, Deletion, Replacement};

use crate::{RecordSet, RecordType};

/// What one change came to.
pub(crate) type Change1 = Result<String, PluginError>;
type Key = (String, RecordType);

/// A name without what is only representation.
pub(crate) fn canonical(name: &str) -> String {
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

/// The key of a record set, without what is only representation.
pub(crate) fn key(records: &RecordSet) -> Key {
    (canonical(&records.name), records.kind)
}

pub(crate) fn create(records: RecordSet, owner: &str) -> Change {
    Change::Create(Creation {
        records,
        owner: owner.to_owned(),
    })
}

pub(crate) fn replace(records: RecordSet, owner: &str, expect: &str) -> Change {
    Change::Replace(Replacement {
        records,
        owner: owner.to_owned(),
        expect: expect.to_owned(),
    })
}

pub(crate) fn delete(name: &str, kind: RecordType, owner: &str) -> Change {
    Change::Delete(Deletion {
        name: name.to_owned(),
        kind,
        owner: owner.to_owned(),
    })
}

/// What a change came to, in words.
pub(crate) fn told(outcome: &Change1) -> String {
    match outcome {
        Ok(etag) => format!("success (etag `{etag}`)"),
        Err(error) => format!("{error:?}"),
    }
}
