use serde::{Deserialize, Serialize};
use wasmtime::component::{ComponentType, Lift, Lower};

/// A zone that the credential can change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Zone {
    /// Name of the zone, for example `preview.example.com`.
    pub name: String,
    /// The provider's own identifier of the zone.
    pub id: String,
}

/// Types of record sets (RFC 1035, RFC 3596).
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    ComponentType,
    Lift,
    Lower,
)]
#[component(enum)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum RecordType {
    /// IPv4 addresses.
    #[component(name = "a")]
    #[serde(alias = "A")]
    A,
    /// IPv6 addresses.
    #[component(name = "aaaa")]
    #[serde(alias = "AAAA")]
    Aaaa,
    /// One canonical name.
    #[component(name = "cname")]
    #[serde(alias = "CNAME")]
    Cname,
    /// Texts, unquoted.
    #[component(name = "txt")]
    #[serde(alias = "TXT")]
    Txt,
}

/// All records of one name and type (RFC 2181, section 5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RecordSet {
    /// Absolute, lower case, without the final dot; may start with `*.`.
    pub name: String,
    /// Type of its records.
    pub kind: RecordType,
    /// Time to live in seconds.
    pub ttl: u32,
    /// Values in presentation format; the order has no meaning.
    pub values: Vec<String>,
}

/// A record set as it is at the provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Observed {
    /// The record set. Without values where only an owner mark exists.
    pub records: RecordSet,
    /// Who owns it, where it carries an owner mark.
    pub owner: Option<String>,
    /// Changes whenever the record set or its owner mark changes.
    pub etag: String,
}

/// A record set that shall exist where nothing of its name and type exists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Creation {
    /// What shall exist.
    pub records: RecordSet,
    /// Who will own it.
    pub owner: String,
}

/// A record set that shall take another's place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Replacement {
    /// What shall exist.
    pub records: RecordSet,
    /// Who owns it and goes on owning it.
    pub owner: String,
    /// The `etag` that was observed; anything else is a conflict.
    pub expect: String,
}

/// A record set that shall no longer exist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Deletion {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: RecordType,
    /// Who owns it; another owner is a conflict.
    pub owner: String,
}

/// One change of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(variant)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// Make it.
    #[component(name = "create")]
    Create(Creation),
    /// Change it.
    #[component(name = "replace")]
    Replace(Replacement),
    /// Remove it and its owner mark.
    #[component(name = "delete")]
    Delete(Deletion),
}

/// A page of a listing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Page {
    /// The record sets of this page.
    pub items: Vec<Observed>,
    /// Where the next page starts; nothing at the end.
    pub next: Option<String>,
}
