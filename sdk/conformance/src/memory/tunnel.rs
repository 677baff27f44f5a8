//! Tunnels in memory.
//!
//! | request | answer |
//! |---|---|
//! | `GET /tunnels?name=…&ownerPrefix=…&cursor=…` | `{"items": [{"id", "name", "owner", "routes", "version", "connections"}], "next"}`, ten items at most |
//! | `POST /tunnels` with `{"name", "owner", "secret", "routes"}` | the item; names need not be unique |
//! | `GET /tunnels/{id}` | the item |
//! | `PUT /tunnels/{id}/routes` with a list and `If-Match: VERSION` | the item; 412 and nothing done where the version is another |
//! | `PUT /tunnels/{id}/secret` and `PUT /tunnels/{id}/owner` with a text or null | the item |
//! | `DELETE /tunnels/{id}/connections` | 204; no connector is connected any more |
//! | `DELETE /tunnels/{id}` | 204; 409 while a connector is connected |
//!
//! Every request has `Authorization: Bearer TOKEN`, else 401. What does not exist is 404.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, put};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::tunnel::{TunnelHand, TunnelTarget};

/// Most items of one page.
const PAGE: usize = 10;

/// A running server; ends with this value. Give [`TunnelServer::target`] to the subject.
pub struct TunnelServer {
    address: SocketAddr,
    state: Shared,
    server: JoinHandle<io::Result<()>>,
}

type Shared = Arc<Mutex<Tunnels>>;

#[derive(Debug, Default)]
struct Tunnels {
    token: String,
    all: BTreeMap<u64, Stored>,
    /// Of identifiers and versions, so that neither ever comes twice.
    last: u64,
}

#[derive(Debug, Clone)]
struct Stored {
    name: String,
    owner: Value,
    /// Kept and never told.
    secret: Value,
    routes: Value,
    version: u64,
    connections: u32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    name: String,
    #[serde(default)]
    owner: Value,
    #[serde(default)]
    secret: Value,
    routes: Value,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Asked {
    name: Option<String>,
    owner_prefix: Option<String>,
    #[serde(default)]
    cursor: usize,
}

impl TunnelServer {
    /// Starts without a tunnel, for one token, on a loopback port that the system chooses.
    ///
    /// # Errors
    /// No port on loopback.
    pub async fn start(token: &str) -> io::Result<Self> {
        let state: Shared = Arc::new(Mutex::new(Tunnels {
            token: token.to_owned(),
            ..Tunnels::default()
        }));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let routes = Router::new()
            .route("/tunnels", get(list).post(make))
            .route("/tunnels/{id}", get(one).delete(remove))
            .route("/tunnels/{id}/connections", delete(disconnect))
            .route("/tunnels/{id}/{field}", put(set))
            .with_state(state.clone());
        let server = tokio::spawn(axum::serve(listener, routes).into_future());
        Ok(Self {
            address,
            state,
            server,
        })
    }

    /// Base URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What the rules work on.
    pub fn target(&self) -> TunnelTarget {
        TunnelTarget {
            zone: "preview.test".to_owned(),
            many: 25,
            hand: Some(Arc::new(ByHand(self.state.clone()))),
        }
    }
}

impl Drop for TunnelServer {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn locked(state: &Shared) -> MutexGuard<'_, Tunnels> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Tunnels {
    fn admit(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let right = format!("Bearer {}", self.token);
        let given = headers.get(header::AUTHORIZATION);
        if given.is_some_and(|value| value.as_bytes() == right.as_bytes()) {
            Ok(())
        } else {
            Err(Refusal(StatusCode::UNAUTHORIZED, "no such token"))
        }
    }

    fn get(&mut self, id: u64) -> Result<&mut Stored, Refusal> {
        let found = self.all.get_mut(&id);
        found.ok_or(Refusal(StatusCode::NOT_FOUND, "no such tunnel"))
    }

    fn next(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    fn add(&mut self, body: Body) -> Value {
        let (id, version) = (self.next(), self.next());
        let stored = Stored {
            name: body.name,
            owner: body.owner,
            secret: body.secret,
            routes: body.routes,
            version,
            connections: 0,
        };
        let shown = item(id, &stored);
        self.all.insert(id, stored);
        shown
    }
}

/// Why a request is not done.
struct Refusal(StatusCode, &'static str);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "error": self.1 }))).into_response()
    }
}

fn item(id: u64, stored: &Stored) -> Value {
    json!({
        "id": id.to_string(), "name": stored.name, "owner": stored.owner, "routes": stored.routes,
        "version": stored.version.to_string(), "connections": stored.connections,
    })
}

async fn list(
    State(state): State<Shared>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Json<Value>, Refusal> {
    let tunnels = locked(&state);
    tunnels.admit(&headers)?;
    let wanted = |(_, stored): &(&u64, &Stored)| {
        let starts = |prefix: &String| {
            let owner = stored.owner.as_str();
            owner.is_some_and(|owner| owner.starts_with(prefix.as_str()))
        };
        asked.name.as_ref().is_none_or(|name| *name == stored.name)
            && asked.owner_prefix.as_ref().is_none_or(starts)
    };
    let mut found = tunnels.all.iter().filter(wanted).skip(asked.cursor);
    let page = found.by_ref().take(PAGE);
    let items: Vec<Value> = page.map(|(id, stored)| item(*id, stored)).collect();
    let next = found.next().map(|_| (asked.cursor + PAGE).to_string());
    Ok(Json(json!({ "items": items, "next": next })))
}

async fn make(
    State(state): State<Shared>,
    headers: HeaderMap,
    Json(body): Json<Body>,
) -> Result<Json<Value>, Refusal> {
    let mut tunnels = locked(&state);
    tunnels.admit(&headers)?;
    Ok(Json(tunnels.add(body)))
}

async fn one(
    State(state): State<Shared>,
    Path(id): Path<u64>,
    headers: HeaderMap,
) -> Result<Json<Value>, Refusal> {
    let mut tunnels = locked(&state);
    tunnels.admit(&headers)?;
    Ok(Json(item(id, tunnels.get(id)?)))
}

async fn set(
    State(state): State<Shared>,
    Path((id, field)): Path<(u64, String)>,
    headers: HeaderMap,
    Json(value): Json<Value>,
) -> Result<Json<Value>, Refusal> {
    let mut tunnels = locked(&state);
    tunnels.admit(&headers)?;
    let next = tunnels.next();
    let stored = tunnels.get(id)?;
    let expected = headers.get(header::IF_MATCH);
    let version = stored.version.to_string();
    if expected.is_some_and(|expected| expected.as_bytes() != version.as_bytes()) {
        return Err(Refusal(StatusCode::PRECONDITION_FAILED, "another version"));
    }
    match field.as_str() {
        "routes" if stored.routes != value => {
            stored.routes = value;
            stored.version = next;
        }
        "routes" => {}
        "secret" => stored.secret = value,
        "owner" => stored.owner = value,
        _ => return Err(Refusal(StatusCode::NOT_FOUND, "no such field")),
    }
    Ok(Json(item(id, stored)))
}

async fn disconnect(
    State(state): State<Shared>,
    Path(id): Path<u64>,
    headers: HeaderMap,
) -> Result<StatusCode, Refusal> {
    let mut tunnels = locked(&state);
    tunnels.admit(&headers)?;
    tunnels.get(id)?.connections = 0;
    Ok(StatusCode::NO_CONTENT)
}

async fn remove(
    State(state): State<Shared>,
    Path(id): Path<u64>,
    headers: HeaderMap,
) -> Result<StatusCode, Refusal> {
    let mut tunnels = locked(&state);
    tunnels.admit(&headers)?;
    if tunnels.get(id)?.connections > 0 {
        return Err(Refusal(StatusCode::CONFLICT, "a connector is connected"));
    }
    tunnels.all.remove(&id);
    Ok(StatusCode::NO_CONTENT)
}

/// An administrator at the provider's own page.
struct ByHand(Shared);

impl TunnelHand for ByHand {
    fn make_without_mark(&self, name: &str) -> Result<(), String> {
        locked(&self.0).add(Body {
            name: name.to_owned(),
            owner: Value::Null,
            secret: Value::Null,
            routes: json!([]),
        });
        Ok(())
    }

    fn remove_without_mark(&self, name: &str) -> Result<(), String> {
        locked(&self.0).all.retain(|_, stored| stored.name != name);
        Ok(())
    }

    fn connect(&self, id: &str) -> Result<(), String> {
        let number = id.parse().map_err(|_| format!("`{id}` is no identifier"))?;
        let mut tunnels = locked(&self.0);
        let stored = tunnels.all.get_mut(&number).ok_or("it is not there")?;
        stored.connections = 1;
        Ok(())
    }
}
