//! Why a request has no effect, and how the server says so.

use super::object::Id;
use serde_json::{Value, json};

/// Why a request has no effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) code: u16,
    pub(crate) reason: &'static str,
    pub(crate) message: String,
    pub(crate) cause: Option<&'static str>,
}

impl Refused {
    pub(crate) fn new(code: u16, reason: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            reason,
            message: message.into(),
            cause: None,
        }
    }

    pub(super) fn conflict(id: &Id, message: &str) -> Self {
        Self::new(409, "Conflict", format!("{id}: {message}"))
    }

    pub(super) fn invalid(id: &Id, message: &str) -> Self {
        Self::new(422, "Invalid", format!("{id} is invalid: {message}"))
    }

    pub(super) fn absent(id: &Id) -> Self {
        Self::new(404, "NotFound", format!("{id} not found"))
    }
}

/// The body of an error.
pub(crate) fn failure(refused: &Refused) -> Value {
    let causes: Vec<Value> = refused
        .cause
        .iter()
        .map(|cause| json!({ "reason": cause, "message": refused.message, "field": "" }))
        .collect();
    json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": refused.message, "reason": refused.reason, "code": refused.code,
        "details": { "causes": causes },
    })
}
