//! What the server keeps, and when it changes it. Nothing here does I/O.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::{HeaderMap, header};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::refusal::Refusal;

/// Shortest time to live, in seconds.
const MIN_TTL: u32 = 60;

pub(super) type Shared = Arc<Mutex<Zones>>;
pub(super) type Key = (String, Kind);

#[derive(Debug)]
pub(super) struct Zones {
    pub(super) token: String,
    pub(super) zone: String,
    pub(super) records: BTreeMap<Key, Stored>,
    /// Of the whole server, so that no version ever comes twice.
    pub(super) version: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    A,
    Aaaa,
    Cname,
    Txt,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stored {
    pub(super) ttl: u32,
    pub(super) values: Vec<String>,
    pub(super) owner: Option<String>,
    pub(super) version: u64,
}

impl Zones {
    /// One empty zone, for one token.
    pub(super) fn of(zone: &str, token: &str) -> Shared {
        Arc::new(Mutex::new(Self {
            token: token.to_owned(),
            zone: zone.to_owned(),
            records: BTreeMap::new(),
            version: 0,
        }))
    }

    pub(super) fn admit(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let given = headers.get(header::AUTHORIZATION);
        let right = format!("Bearer {}", self.token);
        if given.is_some_and(|value| value.as_bytes() == right.as_bytes()) {
            Ok(())
        } else {
            Err(Refusal::Unauthorized)
        }
    }

    pub(super) fn check(&self, headers: &HeaderMap, zone: &str) -> Result<(), Refusal> {
        self.admit(headers)?;
        if zone == self.zone {
            Ok(())
        } else {
            Err(Refusal::NotFound)
        }
    }

    /// Whether the request's precondition holds for what is there.
    pub(super) fn allow(&self, headers: &HeaderMap, key: &Key) -> Result<(), Refusal> {
        let text = |name| {
            headers
                .get(name)
                .and_then(|value: &header::HeaderValue| value.to_str().ok())
        };
        let found = self.records.get(key);
        let expected = text(header::IF_MATCH);
        let holds = match (found, expected, text(header::IF_NONE_MATCH)) {
            (Some(_), _, Some(_)) | (None, Some(_), _) => false,
            (Some(found), Some(expected), None) => found.version.to_string() == expected,
            _ => true,
        };
        if holds {
            Ok(())
        } else {
            Err(Refusal::Precondition(
                found.map_or(Value::Null, |found| item(key, found)),
            ))
        }
    }

    pub(super) fn store(
        &mut self,
        key: Key,
        ttl: u32,
        values: Vec<String>,
        owner: Option<String>,
    ) -> Value {
        self.version += 1;
        let stored = Stored {
            ttl: ttl.max(MIN_TTL),
            values,
            owner,
            version: self.version,
        };
        let shown = item(&key, &stored);
        self.records.insert(key, stored);
        shown
    }
}

pub(super) fn item((name, kind): &Key, stored: &Stored) -> Value {
    json!({
        "name": name, "kind": kind, "ttl": stored.ttl, "values": stored.values,
        "owner": stored.owner, "version": stored.version.to_string(),
    })
}

pub(super) fn locked(state: &Shared) -> MutexGuard<'_, Zones> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) fn canonical_name(name: &str) -> String {
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

pub(super) fn canonical(kind: Kind, values: Vec<String>) -> Result<Vec<String>, String> {
    let one = |value: String| match kind {
        Kind::A => match value.parse::<Ipv4Addr>() {
            Ok(address) => Ok(address.to_string()),
            Err(_) => Err(format!("`{value}` is no IPv4 address")),
        },
        Kind::Aaaa => match value.parse::<Ipv6Addr>() {
            Ok(address) => Ok(address.to_string()),
            Err(_) => Err(format!("`{value}` is no IPv6 address")),
        },
        Kind::Cname => Ok(canonical_name(&value)),
        Kind::Txt => Ok(value),
    };
    let mut values = values.into_iter().map(one).collect::<Result<Vec<_>, _>>()?;
    values.sort_unstable();
    values.dedup();
    Ok(values)
}
