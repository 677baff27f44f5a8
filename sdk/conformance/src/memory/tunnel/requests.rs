//! The requests.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};

use super::refusal::Refusal;
use super::tunnels::{Body, Shared, Stored, item, locked};

/// Most items of one page.
const PAGE: usize = 10;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Asked {
    pub(super) name: Option<String>,
    pub(super) owner_prefix: Option<String>,
    #[serde(default)]
    pub(super) cursor: usize,
}

pub(super) async fn list(
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

pub(super) async fn make(
    State(state): State<Shared>,
    headers: HeaderMap,
    Json(body): Json<Body>,
) -> Result<Json<Value>, Refusal> {
    let mut tunnels = locked(&state);
    tunnels.admit(&headers)?;
    Ok(Json(tunnels.add(body)))
}

pub(super) async fn one(
    State(state): State<Shared>,
    Path(id): Path<u64>,
    headers: HeaderMap,
) -> Result<Json<Value>, Refusal> {
    let mut tunnels = locked(&state);
    tunnels.admit(&headers)?;
    Ok(Json(item(id, tunnels.get(id)?)))
}

pub(super) async fn set(
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

pub(super) async fn disconnect(
    State(state): State<Shared>,
    Path(id): Path<u64>,
    headers: HeaderMap,
) -> Result<StatusCode, Refusal> {
    let mut tunnels = locked(&state);
    tunnels.admit(&headers)?;
    tunnels.get(id)?.connections = 0;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn remove(
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
