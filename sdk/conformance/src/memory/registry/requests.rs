//! The requests.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::shelf::{INDEX, REPOSITORY, Shared, Shelf, locked};

/// Most items of one page.
const PAGE: usize = 10;

impl Shelf {
    fn admits(&self, headers: &HeaderMap) -> bool {
        let right = format!("Bearer {}", self.token);
        let given = headers.get(header::AUTHORIZATION);
        given.is_some_and(|value| value.as_bytes() == right.as_bytes())
    }

    /// What is at this path below `/v2/{repository}/`.
    fn find(&self, path: &str, query: &BTreeMap<String, String>) -> Option<Response> {
        match path.split_once('/')? {
            ("tags", "list") => {
                let last = query.get("last").map_or("", String::as_str);
                let mut rest = self.tags.keys().filter(|tag| tag.as_str() > last);
                let tags: Vec<&String> = rest.by_ref().take(PAGE).collect();
                let next = rest.next().and_then(|_| tags.last());
                let next = next.map(|last| format!("tags/list?last={last}&n={PAGE}"));
                let body = json!({ "name": REPOSITORY, "tags": tags });
                Some(page("application/json", &body, next))
            }
            ("manifests", reference) => {
                let named = self.tags.get(reference).and_then(|named| named.last());
                self.document(named.map_or(reference, String::as_str))
            }
            ("blobs", digest) => self.document(digest),
            ("referrers", digest) => {
                let all = self.referrers.get(digest).map_or(&[][..], Vec::as_slice);
                let from: usize = query
                    .get("from")
                    .and_then(|from| from.parse().ok())
                    .unwrap_or(0);
                let items: Vec<&Value> = all.iter().skip(from).take(PAGE).collect();
                let more = from + PAGE < all.len();
                let next = more.then(|| format!("referrers/{digest}?from={}", from + PAGE));
                let body = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": items });
                Some(page(INDEX, &body, next))
            }
            _ => None,
        }
    }

    fn document(&self, digest: &str) -> Option<Response> {
        let (media_type, bytes) = self.documents.get(digest)?;
        let headers = [
            ("content-type", *media_type),
            ("docker-content-digest", digest),
        ];
        Some((headers, bytes.clone()).into_response())
    }
}

fn page(media_type: &str, body: &Value, next: Option<String>) -> Response {
    let mut headers = vec![(header::CONTENT_TYPE, media_type.to_owned())];
    if let Some(next) = next {
        headers.push((
            header::LINK,
            format!("</v2/{REPOSITORY}/{next}>; rel=\"next\""),
        ));
    }
    let mut response = body.to_string().into_response();
    for (name, value) in headers {
        if let Ok(value) = value.parse() {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

pub(super) async fn answer(
    State(state): State<Shared>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let mut shelf = locked(&state);
    if !shelf.admits(&headers) {
        let error = json!({ "errors": [{ "code": "UNAUTHORIZED", "message": "no such token" }] });
        return (StatusCode::UNAUTHORIZED, Json(error)).into_response();
    }
    let query = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let query = query.into_owned().collect();
    let below = |start: &str| {
        let rest = uri.path().strip_prefix(start)?.strip_prefix(REPOSITORY)?;
        rest.strip_prefix('/')
    };
    if method == Method::DELETE {
        let tag = below("/v2/").and_then(|path| path.strip_prefix("manifests/"));
        let gone = tag.and_then(|tag| shelf.tags.remove(tag));
        return gone
            .map_or(StatusCode::NOT_FOUND, |_| StatusCode::ACCEPTED)
            .into_response();
    }
    let first = || {
        let named = shelf.tags.get(below("/first/")?)?;
        shelf.document(named.first()?)
    };
    let found = below("/v2/")
        .and_then(|path| shelf.find(path, &query))
        .or_else(first);
    found.unwrap_or_else(|| {
        let error = json!({ "errors": [{ "code": "NOT_FOUND", "message": "no such thing" }] });
        (StatusCode::NOT_FOUND, Json(error)).into_response()
    })
}
