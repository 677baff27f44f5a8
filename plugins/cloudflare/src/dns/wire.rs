//! The API's JSON, as far as it is used.

use serde::{Deserialize, Serialize};

/// An item of `GET /zones`.
#[derive(Debug, Deserialize)]
pub(super) struct ZoneItem {
    pub(super) id: String,
    pub(super) name: String,
    /// `full`, `partial`, `secondary`, `internal`.
    #[serde(rename = "type", default)]
    pub(super) kind: Option<String>,
}

/// An item of `GET /zones/{zone}/dns_records`: one record.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Record {
    pub(super) id: String,
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) content: String,
    /// Seconds; 1 is what Cloudflare chooses.
    #[serde(default)]
    pub(super) ttl: u32,
    #[serde(default)]
    pub(super) proxied: bool,
}

/// Body of `POST /zones/{zone}/dns_records/batch`. Deletions are done first.
#[derive(Debug, Serialize)]
pub(super) struct Batch<'a> {
    pub(super) deletes: Vec<Deletion<'a>>,
    pub(super) posts: Vec<&'a Post>,
}

#[derive(Debug, Serialize)]
pub(super) struct Deletion<'a> {
    pub(super) id: &'a str,
}

/// A record to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Post {
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) content: String,
    pub(super) ttl: u32,
    pub(super) proxied: bool,
}
