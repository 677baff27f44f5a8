//! What the server keeps. Nothing here does I/O.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};

use super::refusal::Refusal;

pub(super) type Shared = Arc<Mutex<Tunnels>>;

#[derive(Debug, Default)]
pub(super) struct Tunnels {
    pub(super) token: String,
    pub(super) all: BTreeMap<u64, Stored>,
    /// Of identifiers and versions, so that neither ever comes twice.
    pub(super) last: u64,
}

#[derive(Debug, Clone)]
pub(super) struct Stored {
    pub(super) name: String,
    pub(super) owner: Value,
    /// Kept and never told.
    pub(super) secret: Value,
    pub(super) routes: Value,
    pub(super) version: u64,
    pub(super) connections: u32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Body {
    pub(super) name: String,
    #[serde(default)]
    pub(super) owner: Value,
    #[serde(default)]
    pub(super) secret: Value,
    pub(super) routes: Value,
}

pub(super) fn locked(state: &Shared) -> MutexGuard<'_, Tunnels> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Tunnels {
    pub(super) fn admit(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let right = format!("Bearer {}", self.token);
        let given = headers.get(header::AUTHORIZATION);
        if given.is_some_and(|value| value.as_bytes() == right.as_bytes()) {
            Ok(())
        } else {
            Err(Refusal(StatusCode::UNAUTHORIZED, "no such token"))
        }
    }

    pub(super) fn get(&mut self, id: u64) -> Result<&mut Stored, Refusal> {
        let found = self.all.get_mut(&id);
        found.ok_or(Refusal(StatusCode::NOT_FOUND, "no such tunnel"))
    }

    pub(super) fn next(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    pub(super) fn add(&mut self, body: Body) -> Value {
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

pub(super) fn item(id: u64, stored: &Stored) -> Value {
    json!({
        "id": id.to_string(), "name": stored.name, "owner": stored.owner, "routes": stored.routes,
        "version": stored.version.to_string(), "connections": stored.connections,
    })
}
