//! Why a write did not happen, and what an answer of the API server means for it.

use crate::cluster::{Key, Kind, NotLeading};
use kube::core::Status;

/// An object that was not written, for its owner to report.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{cause}")]
pub struct Refusal {
    /// Its kind.
    pub kind: Kind,
    /// Its namespace and name.
    pub key: Key,
    /// Why.
    pub cause: Cause,
}

/// Why an object was not written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Cause {
    /// The API server rejects it.
    #[error("the API server rejects {object}: {message}")]
    Rejected {
        /// Kind, namespace and name.
        object: String,
        /// What the API server says.
        message: String,
        /// Whether the same request may be accepted later: a quota, a policy or a role may change.
        may_pass: bool,
    },
    /// An object of its name exists that the operator did not create for this owner.
    #[error("{0} exists already and does not belong to this object; rename one of them")]
    NameTaken(String),
    /// The API server, or a webhook that it asks, does not answer or fails.
    #[error("the API server could not write {object}: {message}")]
    Unavailable {
        /// Kind, namespace and name.
        object: String,
        /// What went wrong.
        message: String,
    },
}

/// Why a write did not happen.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The API server rejects it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The object was changed or replaced since it was read.
    #[error("{kind} {key} was changed in the meantime")]
    Stale {
        /// Kind of the object.
        kind: Kind,
        /// The object.
        key: Key,
    },
    /// An object of this name exists.
    #[error("{kind} {key} exists already")]
    Exists {
        /// Kind of the object.
        kind: Kind,
        /// The object.
        key: Key,
    },
    /// The object does not exist.
    #[error("{kind} {key} not found")]
    Gone {
        /// Kind of the object.
        kind: Kind,
        /// The object.
        key: Key,
    },
    /// The namespace is being deleted, so nothing can be created in it.
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
        source: Box<kube::Error>,
    },
    /// Another replica may lead.
    #[error(transparent)]
    NotLeading(#[from] NotLeading),
}

/// What an error of the API server means for this write.
pub(super) fn classify(kind: Kind, key: &Key, error: kube::Error) -> WriteError {
    let key = key.clone();
    let kube::Error::Api(status) = error else {
        return WriteError::Transient {
            kind,
            key,
            source: Box::new(error),
        };
    };
    match status.code {
        403 if is_terminating(&status) => WriteError::NamespaceTerminating(key.namespace),
        404 => WriteError::Gone { kind, key },
        409 if status.reason == "AlreadyExists" => WriteError::Exists { kind, key },
        409 => WriteError::Stale { kind, key },
        // A policy answers with the code that it likes, and may be changed.
        400 | 403 | 405 | 413 | 422 => {
            let may_pass = status.code == 403 || status.message.contains("admission webhook");
            rejected(kind, key, may_pass, status.message)
        }
        // An unknown field in an applied object is answered with 500 (apimachinery, typed patch objects).
        500 if status
            .message
            .contains("failed to create typed patch object") =>
        {
            rejected(kind, key, false, status.message)
        }
        _ => WriteError::Transient {
            kind,
            key,
            source: Box::new(kube::Error::Api(status)),
        },
    }
}

/// A rejection by the API server.
pub(super) fn rejected(kind: Kind, key: Key, may_pass: bool, message: String) -> WriteError {
    let object = format!("{kind} {key}");
    WriteError::Refused(Refusal {
        kind,
        key,
        cause: Cause::Rejected {
            object,
            message,
            may_pass,
        },
    })
}

fn is_terminating(status: &Status) -> bool {
    status
        .details
        .iter()
        .flat_map(|details| &details.causes)
        .any(|cause| cause.reason == "NamespaceTerminating")
}

impl WriteError {
    /// What the owner of the object reports; nothing where there is nothing to report.
    pub fn refusal(self, kind: Kind, key: &Key) -> Option<Refusal> {
        let object = format!("{kind} {key}");
        let cause = match self {
            Self::Refused(refusal) => return Some(refusal),
            Self::NamespaceTerminating(_) | Self::NotLeading(_) => return None,
            Self::Exists { .. } => Cause::NameTaken(object),
            Self::Stale { .. } => Cause::Unavailable {
                object,
                message: "it was changed in the meantime".to_owned(),
            },
            Self::Gone { .. } => Cause::Unavailable {
                object,
                message: "its kind or namespace was not found".to_owned(),
            },
            Self::Transient { source, .. } => Cause::Unavailable {
                object,
                message: source.to_string(),
            },
        };
        Some(Refusal {
            kind,
            key: key.clone(),
            cause,
        })
    }
}
