//! The requests.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::refusal::Refusal;
use super::zones::{Key, Kind, Shared, Stored, canonical, canonical_name, item, locked};

/// Most items of one page.
const PAGE: usize = 10;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Body {
    pub(super) ttl: u32,
    pub(super) values: Vec<String>,
    pub(super) owner: Option<String>,
}

pub(super) async fn zones(
    State(state): State<Shared>,
    headers: HeaderMap,
) -> Result<Json<Value>, Refusal> {
    let zones = locked(&state);
    zones.admit(&headers)?;
    Ok(Json(json!([{ "name": zones.zone, "id": "zone-1" }])))
}

pub(super) async fn list(
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

pub(super) async fn write(
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

pub(super) async fn remove(
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
