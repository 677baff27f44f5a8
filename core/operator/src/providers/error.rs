//! Why a provider gave no answer, and how long everybody has to wait then.

use maquette_host::{CallError, PluginError};
use sha2::{Digest as _, Sha256};
use std::{sync::Arc, time::Duration};

/// Longest time for which a lane does what a provider asks and waits.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_mins(5);
/// How long one call may take, before the provider's own limit.
pub(super) const DEADLINE: Duration = Duration::from_mins(1);
/// Questions that may wait; more are refused, and asked again later.
pub(super) const CAPACITY: usize = 4096;

/// Why a question has no answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum LaneError {
    /// The call failed.
    #[error(transparent)]
    Call(#[from] Arc<CallError>),
    /// The provider refuses this change.
    #[error(transparent)]
    Refused(#[from] PluginError),
    /// Too many questions wait.
    #[error("more than {CAPACITY} questions wait for the provider")]
    Full,
    /// The provider was reconfigured meanwhile.
    #[error("the provider was reconfigured meanwhile")]
    Closed,
    /// The plugin's answer lacks this change.
    #[error("the plugin gave no outcome for this change; tell its author")]
    NoOutcome,
}

impl LaneError {
    /// How long the provider asks everybody to wait.
    pub(super) fn pause(&self) -> Option<Duration> {
        match self.plugin()? {
            PluginError::RateLimited(wait) => Some(*wait),
            PluginError::Transient { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// What the plugin itself says.
    pub fn plugin(&self) -> Option<&PluginError> {
        match self {
            Self::Refused(error) => Some(error),
            Self::Call(error) => match &**error {
                CallError::Plugin(error) => Some(error),
                _ => None,
            },
            _ => None,
        }
    }
}

/// A key that is the same for every attempt at the same intention.
pub(super) fn idempotency_key(intention: &str) -> String {
    let digest = Sha256::digest(intention);
    hex::encode(digest.get(..16).unwrap_or_default())
}
