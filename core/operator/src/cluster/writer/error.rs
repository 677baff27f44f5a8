//! Why a write did not happen, and what an answer of the API server means for it.

use crate::cluster::{Key, Kind};
use kube::core::Status;

/// An object that the API server refuses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the API server refuses {kind} {key}: {message}")]
pub struct Refusal {
    /// Its kind.
    pub kind: Kind,
    /// Its namespace and name.
    pub key: Key,
    /// What the API server says.
    pub message: String,
    /// Whether the same request may be accepted later: a quota, a policy or a role may change.
    pub may_pass: bool,
}

/// Why a write did not happen.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The API server refuses it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The object was changed or replaced since it was read.
    #[error("{kind} {key} changed meanwhile")]
    Stale {
        /// Kind of the object.
        kind: Kind,
        /// The object.
        key: Key,
    },
    /// The object does not exist.
    #[error("{kind} {key} does not exist")]
    Gone {
        /// Kind of the object.
        kind: Kind,
        /// The object.
        key: Key,
    },
    /// The namespace is being deleted, so nothing can be made in it.
    #[error("namespace {0} is being deleted")]
    NamespaceTerminating(String),
    /// The API server does not answer, or answers with an error that passes.
    #[error("the API server could not write {kind} {key}")]
    Transient {
        /// Kind of the object.
        kind: Kind,
        /// The object.
        key: Key,
        /// What went wrong.
        #[source]
        source: kube::Error,
    },
}

/// What an error of the API server means for this write.
pub(super) fn classify(kind: Kind, key: &Key, error: kube::Error) -> WriteError {
    let key = key.clone();
    let kube::Error::Api(status) = error else {
        return WriteError::Transient {
            kind,
            key,
            source: error,
        };
    };
    match status.code {
        403 if is_terminating(&status) => WriteError::NamespaceTerminating(key.namespace),
        404 => WriteError::Gone { kind, key },
        409 => WriteError::Stale { kind, key },
        400 | 403 | 405 | 413 | 422 => refused(kind, key, status.code == 403, status.message),
        // An unknown field in an applied object is answered with 500 (apimachinery, typed patch objects).
        500 if status
            .message
            .contains("failed to create typed patch object") =>
        {
            refused(kind, key, false, status.message)
        }
        _ => WriteError::Transient {
            kind,
            key,
            source: kube::Error::Api(status),
        },
    }
}

/// A refusal of the API server.
pub(super) fn refused(kind: Kind, key: Key, may_pass: bool, message: String) -> WriteError {
    WriteError::Refused(Refusal {
        kind,
        key,
        message,
        may_pass,
    })
}

fn is_terminating(status: &Status) -> bool {
    status
        .details
        .iter()
        .flat_map(|details| &details.causes)
        .any(|cause| cause.reason == "NamespaceTerminating")
}
