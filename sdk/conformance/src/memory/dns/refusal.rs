//! Requests that are not done.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// Why a request is not done.
pub(super) enum Refusal {
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
