//! What every call of a plugin has in common: whom it is for, and how it can fail. Nothing here does I/O.

use std::time::{Duration, Instant};

/// Whom a call is for.
#[derive(Debug, Clone)]
pub struct Call {
    /// Identity of this installation: the UID of the cluster. Owner marks start with it.
    pub installation: String,
    /// The object on whose behalf the call is made: `<kind>/<namespace>/<name>`.
    pub object: String,
    /// The same for every retry of one intention. At most 64 characters.
    pub idempotency_key: String,
    /// When the call must have ended; the provider's own timeout may end it earlier.
    pub deadline: Instant,
}

/// What the plugin itself answers instead of a result; `error` of `wit/plugin/types.wit`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PluginError {
    /// The request can never succeed as it is; the user has to change a field.
    #[error("{path}: {message}")]
    Invalid {
        /// Path of the field.
        path: String,
        /// What is wrong with it and what is accepted.
        message: String,
    },
    /// The provider does not accept the credential.
    #[error("the provider does not accept the credential: {0}; check the Provider's `credentials`")]
    Unauthorized(String),
    /// The credential lacks a permission.
    #[error("the credential lacks a permission: {0}")]
    Forbidden(String),
    /// What the request refers to does not exist.
    #[error("not found: {0}")]
    NotFound(String),
    /// Somebody else owns it, or it changed since it was observed.
    #[error("{}", conflict(.0.as_deref()))]
    Conflict(Option<String>),
    /// An account limit of the provider is reached.
    #[error(
        "an account limit of the provider is reached: {0}; raise it there or remove what is not needed"
    )]
    Quota(String),
    /// Too many requests.
    #[error("the provider asks for fewer requests")]
    RateLimited(Duration),
    /// A fault that passes.
    #[error("{message}; it is tried again")]
    Transient {
        /// How long to wait, where the provider said so.
        retry_after: Option<Duration>,
        /// What happened.
        message: String,
    },
    /// The provider cannot do this at all.
    #[error("the provider cannot do this: {0}")]
    Unsupported(String),
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

fn conflict(owner: Option<&str>) -> String {
    match owner {
        Some(owner) => format!("it belongs to {owner}, which has to release it first"),
        None => "it has another owner, or it changed since it was observed".to_owned(),
    }
}

/// Why a call gave no result. The message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The plugin says so.
    #[error(transparent)]
    Plugin(#[from] PluginError),
    /// The plugin did not answer in time.
    #[error("the plugin did not answer within {} ms; if its server is slow, raise `limits.timeoutSeconds` of the Plugin", .0.as_millis())]
    Timeout(Duration),
    /// The plugin computed for too long.
    #[error("the plugin used more than {} ms of processor time; it may loop: tell its author", .0.as_millis())]
    CpuTimeExceeded(Duration),
    /// The plugin wanted more memory than granted.
    #[error("the plugin wanted more than {} MiB of memory; raise `limits.memory` of the Plugin or tell its author", .0 >> 20)]
    MemoryExceeded(usize),
    /// The plugin ended abnormally.
    #[error("the plugin crashed: {0}; tell its author")]
    Trapped(String),
    /// The plugin did what it was not granted.
    #[error("{0}")]
    Denied(String),
    /// Too many calls of this provider wait already.
    #[error(
        "all {0} calls that the provider may run at the same time are busy; raise `limits.concurrency` of the Plugin, or look for a provider that hangs"
    )]
    Overloaded(usize),
    /// The plugin's answer contradicts the interface.
    #[error("the plugin's answer cannot be used: {0}; tell its author")]
    Answer(String),
    /// The plugin returned or passed more data than a call may.
    #[error("the plugin passed more than {0} MiB of data to the host; tell its author")]
    DataExceeded(usize),
    /// The host itself could not start the call.
    #[error("the call could not be started: {0}")]
    Host(String),
}

/// The plugin does not implement the interface.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("plugin `{plugin}` does not export {interface}; it exports: {exports}")]
pub struct NotExported {
    /// Name of the plugin.
    pub plugin: String,
    /// The interface that was asked for.
    pub interface: &'static str,
    /// What it exports.
    pub exports: String,
}
