//! Whether the Provider can be used, or the field to change.

use super::{Observed, problem::Problem};
use crate::{controllers::outside::waits, engine::Report};
use jiff::Timestamp;
use maquette_api::{Provider, ProviderStatus, condition::Verdict, reason};

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
        return used(first, rest.len(), observed.bound.as_ref().err());
    }
    match &observed.bound {
        Ok(_) => Verdict::ready("configured"),
        Err(problem) if problem.is_final() => problem.verdict(),
        Err(problem) => {
            let conditions = provider
                .status
                .as_ref()
                .map(|status| &status.conditions[..]);
            let conditions = conditions.unwrap_or_default();
            waits(conditions, problem.verdict(), &observed.recalled)
        }
    }
}

/// Its deletion waits for objects that can be removed only through it.
fn used(first: &str, others: usize, problem: Option<&Problem>) -> Verdict {
    let others = match others {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let users = format!("still used by {first}{others}, which can be removed only through it");
    match problem {
        None => Verdict::progressing(reason::TERMINATING, users),
        Some(problem) => {
            let verdict = problem.verdict();
            Verdict::failing(
                verdict.reason,
                format!("{}; it is {users}", verdict.message),
            )
        }
    }
}
