//! Zones in memory.
//!
//! | request | answer |
//! |---|---|
//! | `GET /zones` | `[{"name", "id"}]` |
//! | `GET /zones/{zone}/records?name=…&name=…&ownerPrefix=…&cursor=…` | `{"items": [{"name", "kind", "ttl", "values", "owner", "version"}], "next"}`, ten items at most |
//! | `PUT /zones/{zone}/records/{name}/{kind}` with `{"ttl", "values", "owner"}` and `If-None-Match: *` or `If-Match: VERSION` | the item as it is stored |
//! | `DELETE /zones/{zone}/records/{name}/{kind}` with `If-Match: VERSION` | 204 |
//!
//! Every request has `Authorization: Bearer TOKEN`, else 401. A zone or record set that does not exist is 404. A
//! precondition that does not hold is 412 and nothing is done; a value that is none is 422. The server keeps values
//! sorted, names and targets in lower case, addresses in their usual form, and no time to live below 60 seconds.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, put};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::dns::OtherWriter;
use crate::{RecordSet, RecordType};

/// Most items of one page.
const PAGE: usize = 10;
/// Shortest time to live, in seconds.
const MIN_TTL: u32 = 60;

/// A running server; ends with this value. Give [`DnsServer::other_writer`] to the subject.
pub struct DnsServer {
    address: SocketAddr,
    state: Shared,
    server: JoinHandle<io::Result<()>>,
}

type Shared = Arc<Mutex<Zones>>;
type Key = (String, Kind);

#[derive(Debug)]
struct Zones {
    token: String,
    zone: String,
    records: BTreeMap<Key, Stored>,
    /// Of the whole server, so that no version ever comes twice.
    version: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    A,
    Aaaa,
    Cname,
    Txt,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Stored {
    ttl: u32,
    values: Vec<String>,
    owner: Option<String>,
    version: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    ttl: u32,
    values: Vec<String>,
    owner: Option<String>,
}

/// Why a request is not done.
enum Refusal {
    Unauthorized,
    NotFound,
    Precondition(Value),
    Invalid(String),
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Unauthorized => (
                StatusCode::UNAUTHORIZED,
                Json(json!({ "error": "no such token" })),
            ),
            Self::NotFound => (
                StatusCode::NOT_FOUND,
                Json(json!({ "error": "no such thing" })),
            ),
            Self::Precondition(item) => (StatusCode::PRECONDITION_FAILED, Json(item)),
            Self::Invalid(why) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                Json(json!({ "error": why })),
            ),
        }
        .into_response()
    }
}

impl DnsServer {
    /// Starts with one empty zone, for one token, on a loopback port that the system chooses.
    ///
    /// # Errors
    /// No port on loopback.
    pub async fn start(zone: &str, token: &str) -> io::Result<Self> {
        let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self::start_at(free, zone, token).await
    }

    /// The same at an address of one's own, for a first try in a cluster. There is no TLS.
    ///
    /// # Errors
    /// The address is not this machine's, or taken.
    pub async fn start_at(listen: SocketAddr, zone: &str, token: &str) -> io::Result<Self> {
        let state: Shared = Arc::new(Mutex::new(Zones {
            token: token.to_owned(),
            zone: zone.to_owned(),
            records: BTreeMap::new(),
            version: 0,
        }));
        let listener = TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        let routes = Router::new()
            .route("/zones", get(zones))
            .route("/zones/{zone}/records", get(list))
            .route(
                "/zones/{zone}/records/{name}/{kind}",
                put(write).delete(remove),
            )
            .with_state(state.clone());
        let server = tokio::spawn(axum::serve(listener, routes).into_future());
        Ok(Self {
            address,
            state,
            server,
        })
    }

    /// Serves for as long as this is waited for.
    ///
    /// # Errors
    /// What ends the server.
    pub async fn serve(mut self) -> io::Result<()> {
        (&mut self.server).await.map_err(io::Error::other)?
    }

    /// Base URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Writes to the zone past the plugin.
    pub fn other_writer(&self) -> impl OtherWriter + use<> {
        ByHand(self.state.clone())
    }
}

impl Drop for DnsServer {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Zones {
    fn admit(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let given = headers.get(header::AUTHORIZATION);
        let right = format!("Bearer {}", self.token);
        if given.is_some_and(|value| value.as_bytes() == right.as_bytes()) {
            Ok(())
        } else {
            Err(Refusal::Unauthorized)
        }
    }

    fn check(&self, headers: &HeaderMap, zone: &str) -> Result<(), Refusal> {
        self.admit(headers)?;
        if zone == self.zone {
            Ok(())
        } else {
            Err(Refusal::NotFound)
        }
    }

    /// Whether the request's precondition holds for what is there.
    fn allow(&self, headers: &HeaderMap, key: &Key) -> Result<(), Refusal> {
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

    fn store(&mut self, key: Key, ttl: u32, values: Vec<String>, owner: Option<String>) -> Value {
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

fn item((name, kind): &Key, stored: &Stored) -> Value {
    json!({
        "name": name, "kind": kind, "ttl": stored.ttl, "values": stored.values,
        "owner": stored.owner, "version": stored.version.to_string(),
    })
}

fn locked(state: &Shared) -> MutexGuard<'_, Zones> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn zones(State(state): State<Shared>, headers: HeaderMap) -> Result<Json<Value>, Refusal> {
    let zones = locked(&state);
    zones.admit(&headers)?;
    Ok(Json(json!([{ "name": zones.zone, "id": "zone-1" }])))
}

async fn list(
    State(state): State<Shared>,
    Path(zone): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Json<Value>, Refusal> {
    let zones = locked(&state);
    zones.check(&headers, &zone)?;
    let (mut names, mut prefix, mut from) = (Vec::new(), None, 0_usize);
    for (key, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        match &*key {
            "name" => names.push(value.into_owned()),
            "ownerPrefix" => prefix = Some(value.into_owned()),
            "cursor" => {
                from = value
                    .parse()
                    .map_err(|_| Refusal::Invalid("no such cursor".to_owned()))?;
            }
            other => return Err(Refusal::Invalid(format!("no parameter `{other}`"))),
        }
    }
    let wanted = |(key, stored): &(&Key, &Stored)| {
        let owned = |prefix: &String| {
            stored
                .owner
                .as_ref()
                .is_some_and(|owner| owner.starts_with(prefix))
        };
        (names.is_empty() || names.contains(&key.0)) && prefix.as_ref().is_none_or(owned)
    };
    let mut found = zones.records.iter().filter(wanted).skip(from);
    let items: Vec<Value> = found
        .by_ref()
        .take(PAGE)
        .map(|(key, stored)| item(key, stored))
        .collect();
    let next = found.next().map(|_| (from + PAGE).to_string());
    Ok(Json(json!({ "items": items, "next": next })))
}

async fn write(
    State(state): State<Shared>,
    Path((zone, name, kind)): Path<(String, String, Kind)>,
    headers: HeaderMap,
    Json(body): Json<Body>,
) -> Result<Json<Value>, Refusal> {
    let mut zones = locked(&state);
    zones.check(&headers, &zone)?;
    let values = canonical(kind, body.values).map_err(Refusal::Invalid)?;
    let key = (canonical_name(&name), kind);
    zones.allow(&headers, &key)?;
    Ok(Json(zones.store(key, body.ttl, values, body.owner)))
}

async fn remove(
    State(state): State<Shared>,
    Path((zone, name, kind)): Path<(String, String, Kind)>,
    headers: HeaderMap,
) -> Result<StatusCode, Refusal> {
    let mut zones = locked(&state);
    zones.check(&headers, &zone)?;
    let key = (canonical_name(&name), kind);
    if !zones.records.contains_key(&key) {
        return Err(Refusal::NotFound);
    }
    zones.allow(&headers, &key)?;
    zones.records.remove(&key);
    Ok(StatusCode::NO_CONTENT)
}

fn canonical_name(name: &str) -> String {
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

fn canonical(kind: Kind, values: Vec<String>) -> Result<Vec<String>, String> {
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

/// An administrator with a text editor.
struct ByHand(Shared);

impl ByHand {
    fn key(name: &str, kind: RecordType) -> Key {
        let kind = match kind {
            RecordType::A => Kind::A,
            RecordType::Aaaa => Kind::Aaaa,
            RecordType::Cname => Kind::Cname,
            RecordType::Txt => Kind::Txt,
        };
        (canonical_name(name), kind)
    }
}

impl OtherWriter for ByHand {
    fn put(&self, _: &str, records: &RecordSet) -> Result<(), String> {
        let key = Self::key(&records.name, records.kind);
        let values = canonical(key.1, records.values.clone())?;
        locked(&self.0).store(key, records.ttl, values, None);
        Ok(())
    }

    fn take_records(&self, _: &str, name: &str, kind: RecordType) -> Result<(), String> {
        let mut zones = locked(&self.0);
        let key = Self::key(name, kind);
        let stored = zones.records.get(&key).cloned().ok_or("nothing is there")?;
        zones.store(key, stored.ttl, Vec::new(), stored.owner);
        Ok(())
    }

    fn remove(&self, _: &str, name: &str, kind: RecordType) -> Result<(), String> {
        locked(&self.0).records.remove(&Self::key(name, kind));
        Ok(())
    }
}
