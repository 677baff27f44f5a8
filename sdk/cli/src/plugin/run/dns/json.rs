//! The records of `wit/dns.wit` as JSON. Pure.

use maquette_host::{PluginError, dns};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum RecordType {
    #[serde(alias = "A")]
    A,
    #[serde(alias = "AAAA")]
    Aaaa,
    #[serde(alias = "CNAME")]
    Cname,
    #[serde(alias = "TXT")]
    Txt,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RecordSet {
    name: String,
    kind: RecordType,
    ttl: u32,
    values: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct Observed {
    records: RecordSet,
    owner: Option<String>,
    etag: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub(super) enum Change {
    Create {
        records: RecordSet,
        owner: String,
    },
    Replace {
        records: RecordSet,
        owner: String,
        expect: String,
    },
    Delete {
        name: String,
        kind: RecordType,
        owner: String,
    },
}

/// What became of one change.
#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Outcome {
    Etag(String),
    Error(Refusal),
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Refusal {
    /// The case of `error` in `wit/types.wit`.
    kind: &'static str,
    message: String,
}

impl From<RecordType> for dns::RecordType {
    fn from(kind: RecordType) -> Self {
        match kind {
            RecordType::A => Self::A,
            RecordType::Aaaa => Self::Aaaa,
            RecordType::Cname => Self::Cname,
            RecordType::Txt => Self::Txt,
        }
    }
}

impl From<dns::RecordType> for RecordType {
    fn from(kind: dns::RecordType) -> Self {
        match kind {
            dns::RecordType::A => Self::A,
            dns::RecordType::Aaaa => Self::Aaaa,
            dns::RecordType::Cname => Self::Cname,
            dns::RecordType::Txt => Self::Txt,
        }
    }
}

impl From<RecordSet> for dns::RecordSet {
    fn from(
        RecordSet {
            name,
            kind,
            ttl,
            values,
        }: RecordSet,
    ) -> Self {
        Self {
            name,
            kind: kind.into(),
            ttl,
            values,
        }
    }
}

impl From<dns::RecordSet> for RecordSet {
    fn from(
        dns::RecordSet {
            name,
            kind,
            ttl,
            values,
        }: dns::RecordSet,
    ) -> Self {
        Self {
            name,
            kind: kind.into(),
            ttl,
            values,
        }
    }
}

impl From<dns::Observed> for Observed {
    fn from(
        dns::Observed {
            records,
            owner,
            etag,
        }: dns::Observed,
    ) -> Self {
        Self {
            records: records.into(),
            owner,
            etag,
        }
    }
}

impl From<Change> for dns::Change {
    fn from(change: Change) -> Self {
        match change {
            Change::Create { records, owner } => Self::Create(dns::Creation {
                records: records.into(),
                owner,
            }),
            Change::Replace {
                records,
                owner,
                expect,
            } => Self::Replace(dns::Replacement {
                records: records.into(),
                owner,
                expect,
            }),
            Change::Delete { name, kind, owner } => Self::Delete(dns::Deletion {
                name,
                kind: kind.into(),
                owner,
            }),
        }
    }
}

impl From<Result<String, PluginError>> for Outcome {
    fn from(outcome: Result<String, PluginError>) -> Self {
        match outcome {
            Ok(etag) => Self::Etag(etag),
            Err(error) => Self::Error(Refusal {
                kind: kind(&error),
                message: error.to_string(),
            }),
        }
    }
}

fn kind(error: &PluginError) -> &'static str {
    match error {
        PluginError::Invalid { .. } => "invalid",
        PluginError::Unauthorized(_) => "unauthorized",
        PluginError::Forbidden(_) => "forbidden",
        PluginError::NotFound(_) => "not-found",
        PluginError::Conflict(_) => "conflict",
        PluginError::Quota(_) => "quota",
        PluginError::RateLimited(_) => "rate-limited",
        PluginError::Transient { .. } => "transient",
        PluginError::Unsupported(_) => "unsupported",
        PluginError::Other(_) => "other",
    }
}
