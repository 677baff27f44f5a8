//! Why a Provider cannot be used.

use crate::controllers::{grants::GrantProblem, plugin::InstallProblem};
use maquette_api::{condition::Verdict, reason};
use maquette_host::GrantError;

/// Why a Provider cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum Problem {
    #[error("spec.plugin: Plugin {0} not found; apply one, or correct the name")]
    PluginMissing(String),
    #[error("Plugin {0} is being installed")]
    PluginInstalling(String),
    #[error("Plugin {name} is not Ready: {message}")]
    PluginNotReady {
        name: String,
        message: String,
        /// Whether its user has to change something first.
        is_final: bool,
    },
    #[error(transparent)]
    Grants(#[from] GrantProblem),
    #[error("Plugin {plugin}: {source}")]
    Install {
        plugin: String,
        source: InstallProblem,
    },
}

impl From<GrantError> for Problem {
    fn from(error: GrantError) -> Self {
        Self::Grants(error.into())
    }
}

impl Problem {
    /// Whether the user has to change something, however long the Provider waits.
    pub(super) fn is_final(&self) -> bool {
        match self {
            Self::PluginMissing(_) | Self::PluginInstalling(_) => false,
            Self::Install { source, .. } => source.is_permanent(),
            Self::PluginNotReady { is_final, .. } => *is_final,
            Self::Grants(problem) => problem.is_final(),
        }
    }

    /// The verdict on the Provider.
    pub(super) fn verdict(&self) -> Verdict {
        let message = self.to_string();
        match self {
            Self::PluginInstalling(_) => Verdict::progressing(reason::PROGRESSING, message),
            Self::PluginMissing(_) | Self::PluginNotReady { .. } => {
                Verdict::stalled(reason::PLUGIN_NOT_READY, message)
            }
            Self::Install { .. } => Verdict::failing(reason::PLUGIN_NOT_READY, message),
            Self::Grants(problem) => problem.verdict(),
        }
    }
}
