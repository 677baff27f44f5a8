//! Record sets and changes of them.

use maquette_sdk::dns::{Change, Creation, Deletion, RecordSet, RecordType, Replacement};

/// A record set with a time to live of 60 s.
pub fn records(name: &str, kind: RecordType, values: &[&str]) -> RecordSet {
    RecordSet {
        name: name.to_owned(),
        kind,
        ttl: 60,
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    }
}

/// IPv4 addresses.
pub fn a(name: &str, values: &[&str]) -> RecordSet {
    records(name, RecordType::A, values)
}

/// IPv6 addresses.
pub fn aaaa(name: &str, values: &[&str]) -> RecordSet {
    records(name, RecordType::Aaaa, values)
}

/// An alias.
pub fn cname(name: &str, target: &str) -> RecordSet {
    records(name, RecordType::Cname, &[target])
}

/// Texts.
pub fn txt(name: &str, values: &[&str]) -> RecordSet {
    records(name, RecordType::Txt, values)
}

/// The creation of a record set.
pub fn create(records: RecordSet, owner: &str) -> Change {
    Change::Create(Creation {
        records,
        owner: owner.to_owned(),
    })
}

/// The replacement of a record set that had this etag.
pub fn replace(records: RecordSet, owner: &str, expect: &str) -> Change {
    Change::Replace(Replacement {
        records,
        owner: owner.to_owned(),
        expect: expect.to_owned(),
    })
}

/// The deletion of a record set.
pub fn delete(name: &str, kind: RecordType, owner: &str) -> Change {
    Change::Delete(Deletion {
        name: name.to_owned(),
        kind,
        owner: owner.to_owned(),
    })
}
