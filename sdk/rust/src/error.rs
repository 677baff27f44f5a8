//! The one error that a plugin returns: the contract's own variant, with constructors that read well.

pub use crate::raw::base::maquette::plugin::types::{Error, FieldError, TransientError};

/// What a plugin's functions return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// The user has to correct the field at `path`; `message` says what is wrong and what is accepted.
    pub fn invalid(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid(FieldError {
            path: path.into(),
            message: message.into(),
        })
    }

    /// Somebody else owns it, or it changed; the owner where it is known.
    pub fn conflict(owner: Option<&str>) -> Self {
        Self::Conflict(owner.map(str::to_owned))
    }

    /// A fault that passes by itself, without a hint of when.
    pub fn transient(message: impl Into<String>) -> Self {
        Self::Transient(TransientError {
            retry_after_ms: None,
            message: message.into(),
        })
    }

    /// Whether the same call can succeed later without anybody changing anything.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::RateLimited(_) | Self::Transient(_))
    }
}
