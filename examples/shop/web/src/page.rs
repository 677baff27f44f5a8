//! What visitors and probes see.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;

use crate::store::Store;

#[derive(Clone)]
struct Shop {
    store: Store,
    url: String,
}

/// `/` counts a visit; `/healthz` says whether a visit could be counted.
pub(crate) fn router(store: Store, url: String) -> Router {
    Router::new()
        .route("/", get(visit))
        .route("/healthz", get(health))
        .with_state(Shop { store, url })
}

async fn visit(State(shop): State<Shop>) -> Result<String, (StatusCode, String)> {
    let visits = shop
        .store
        .count()
        .await
        .map_err(|error| unavailable(&error))?;
    Ok(format!("visits: {visits}\n{}\n", shop.url))
}

async fn health(State(shop): State<Shop>) -> Result<&'static str, (StatusCode, String)> {
    shop.store
        .check()
        .await
        .map_err(|error| unavailable(&error))?;
    Ok("ok\n")
}

fn unavailable(error: &anyhow::Error) -> (StatusCode, String) {
    eprintln!("{error:#}");
    (StatusCode::SERVICE_UNAVAILABLE, format!("{error:#}\n"))
}
