//! Whether it can be used, or what to change.

use super::{Observed, observe::Problem};
use crate::engine::Report;
use jiff::Timestamp;
use maquette_api::{Provider, ProviderStatus, condition::Verdict, reason};
use maquette_host::GrantError;

pub(super) fn status(
    provider: &Provider,
    observed: &Observed,
    now: Timestamp,
) -> Report<ProviderStatus> {
    let previous = provider.status.clone().unwrap_or_default();
    let verdict = verdict(provider, observed);
    let status = ProviderStatus {
        observed_generation: provider.metadata.generation,
        plugin_digest: observed.bound.as_ref().ok().cloned(),
        conditions: verdict.conditions(&previous.conditions, provider.metadata.generation, now),
    };
    Report { status, verdict }
}

fn verdict(provider: &Provider, observed: &Observed) -> Verdict {
    if provider.metadata.deletion_timestamp.is_some()
        && let [first, rest @ ..] = observed.used_by.as_slice()
    {
        let others = if rest.is_empty() {
            String::new()
        } else {
            format!(" and {} more", rest.len())
        };
        return Verdict::progressing(
            reason::TERMINATING,
            format!(
                "still used by {first}{others}; it goes when they are gone, because they can be removed only through it"
            ),
        );
    }
    match &observed.bound {
        Ok(_) => Verdict::ready("configured"),
        Err(problem) => problem_verdict(problem),
    }
}

fn problem_verdict(problem: &Problem) -> Verdict {
    let message = problem.to_string();
    match problem {
        Problem::PluginInstalling(_) => Verdict::progressing(reason::PROGRESSING, message),
        Problem::PluginMissing(_) | Problem::PluginNotReady { .. } => {
            Verdict::stalled(reason::PLUGIN_NOT_READY, message)
        }
        Problem::Install { .. } => Verdict::failing(reason::PLUGIN_NOT_READY, message),
        Problem::Credential { .. } => Verdict::stalled(reason::CREDENTIAL_MISSING, message),
        Problem::Origin(_) | Problem::Range(_) | Problem::Memory { .. } => {
            Verdict::stalled(reason::INVALID_SPEC, message)
        }
        Problem::Grant(grant) => match grant {
            GrantError::EgressNotGranted { .. } => {
                Verdict::stalled(reason::EGRESS_NOT_GRANTED, message)
            }
            GrantError::CredentialMissing { .. }
            | GrantError::CredentialGroup { .. }
            | GrantError::CredentialMalformed { .. } => {
                Verdict::stalled(reason::CREDENTIAL_MISSING, message)
            }
            GrantError::NotInstalled(_) => Verdict::failing(reason::PLUGIN_NOT_READY, message),
            GrantError::Limit { .. } => Verdict::stalled(reason::INVALID_SPEC, message),
            _ => Verdict::stalled(reason::INVALID_CONFIG, message),
        },
    }
}
