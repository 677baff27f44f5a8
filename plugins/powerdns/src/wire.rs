//! The API's JSON, as far as it is used (<https://doc.powerdns.com/authoritative/http-api/zone.html>).

use serde::{Deserialize, Serialize};

/// An item of the list of zones.
#[derive(Debug, Deserialize)]
pub(crate) struct ZoneItem {
    pub(crate) id: String,
    pub(crate) name: String,
    /// `Native`, `Master`/`Primary`, `Slave`/`Secondary`, `Producer`, `Consumer`.
    #[serde(default)]
    pub(crate) kind: String,
}

/// A zone with its record sets.
#[derive(Debug, Deserialize)]
pub(crate) struct ZoneContent {
    pub(crate) rrsets: Vec<RrSet>,
}

/// A record set as it is.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct RrSet {
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) ttl: u32,
    #[serde(default)]
    pub(crate) records: Vec<Record>,
    #[serde(default)]
    pub(crate) comments: Vec<Comment>,
}

/// One record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) content: String,
    /// A disabled record is kept but not served.
    #[serde(default)]
    pub(crate) disabled: bool,
}

/// A comment of a record set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Comment {
    pub(crate) content: String,
    #[serde(default)]
    pub(crate) account: String,
    /// Seconds since 1970; the server fills it when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) modified_at: Option<u64>,
}

/// Body of a PATCH of a zone: one transaction.
#[derive(Debug, Serialize)]
pub(crate) struct Patch<'a> {
    pub(crate) rrsets: Vec<&'a RrSetChange>,
}

/// One record set to be replaced or deleted, comments included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "changetype", rename_all = "UPPERCASE")]
pub(crate) enum RrSetChange {
    Replace {
        name: String,
        #[serde(rename = "type")]
        kind: &'static str,
        ttl: u32,
        records: Vec<Record>,
        comments: Vec<Comment>,
    },
    Delete {
        name: String,
        #[serde(rename = "type")]
        kind: &'static str,
    },
}

/// Body of an answer that refuses something.
#[derive(Debug, Deserialize)]
pub(crate) struct Refusal {
    pub(crate) error: String,
}
