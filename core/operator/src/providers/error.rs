//! Why a provider gave no answer.

use crate::cluster::NotLeading;
use maquette_host::{CallError, PluginError};
use sha2::{Digest as _, Sha256};
use std::{sync::Arc, time::Duration};

/// How long one call may take, before the provider's own limit. No effect of a call is expected after it.
pub const DEADLINE: Duration = Duration::from_mins(1);
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
    /// The provider was not asked, because it failed a moment ago in this way.
    #[error(transparent)]
    NotAsked(Box<LaneError>),
    /// This process may no longer act.
    #[error(transparent)]
    NotLeading(#[from] NotLeading),
    /// Too many questions wait.
    #[error("more than {CAPACITY} questions wait for the provider")]
    Full,
    /// The provider was reconfigured in the meantime.
    #[error("the provider was reconfigured in the meantime")]
    Closed,
    /// The plugin's answer lacks this change.
    #[error("the plugin gave no outcome for this change; tell its author")]
    NoOutcome,
    /// The call panicked.
    #[error("the call of the plugin failed inside the operator; its log has the cause")]
    Panicked,
}

impl LaneError {
    /// How long the provider asks to be left alone.
    pub(super) fn pause(&self) -> Option<Duration> {
        match self.plugin()? {
            PluginError::RateLimited(wait) => Some(*wait),
            PluginError::Transient { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// The plugin's own error.
    pub fn plugin(&self) -> Option<&PluginError> {
        match self {
            Self::Refused(error) => Some(error),
            Self::NotAsked(error) => error.plugin(),
            Self::Call(error) => match &**error {
                CallError::Plugin(error) => Some(error),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether the provider was asked and may have done what it was asked for, now or a little later.
    pub fn may_have_happened(&self) -> bool {
        match self {
            Self::NotAsked(_) | Self::NotLeading(_) | Self::Full | Self::Closed => false,
            Self::NoOutcome | Self::Panicked => true,
            Self::Refused(error) => is_vague(error),
            Self::Call(error) => match &**error {
                CallError::Plugin(error) => is_vague(error),
                CallError::Overloaded(_) | CallError::Host(_) => false,
                _ => true,
            },
        }
    }

    /// Whether the provider was asked at all.
    pub fn was_asked(&self) -> bool {
        !matches!(
            self,
            Self::NotAsked(_) | Self::NotLeading(_) | Self::Full | Self::Closed
        )
    }

    /// Whether the provider says that the zone, or the tunnel, does not exist.
    pub fn is_not_found(&self) -> bool {
        matches!(self.plugin(), Some(PluginError::NotFound(_)))
    }

    /// Whether a call with fewer questions may succeed: its size may be the cause, or one of the questions.
    pub(super) fn depends_on_size(&self) -> bool {
        match self {
            Self::Call(error) => match &**error {
                CallError::Plugin(error) => !matches!(
                    error,
                    PluginError::RateLimited(_)
                        | PluginError::Unauthorized(_)
                        | PluginError::Forbidden(_)
                        | PluginError::NotFound(_)
                        | PluginError::Quota(_)
                ),
                CallError::Denied(_) | CallError::Overloaded(_) | CallError::Host(_) => false,
                _ => true,
            },
            Self::Panicked => true,
            _ => false,
        }
    }

    /// Whether this answer to one question says that the next question will fail, too. `alone`: no other question was asked.
    pub fn is_of_provider(&self, alone: bool) -> bool {
        match self {
            Self::Refused(error) => is_passing(error) || (!alone && is_of_credential(error)),
            Self::Call(error) => match &**error {
                CallError::Plugin(error) => {
                    is_passing(error) || matches!(error, PluginError::Other(_))
                }
                _ => true,
            },
            Self::Panicked => true,
            _ => false,
        }
    }
}

fn is_passing(error: &PluginError) -> bool {
    matches!(
        error,
        PluginError::Transient { .. } | PluginError::RateLimited(_) | PluginError::Unauthorized(_)
    )
}

fn is_of_credential(error: &PluginError) -> bool {
    matches!(error, PluginError::Forbidden(_) | PluginError::Quota(_))
}

fn is_vague(error: &PluginError) -> bool {
    matches!(error, PluginError::Transient { .. } | PluginError::Other(_))
}

/// A key that is the same for every attempt at the same intention.
pub(super) fn idempotency_key(intention: &str) -> String {
    let digest = Sha256::digest(intention);
    hex::encode(digest.get(..16).unwrap_or_default())
}
