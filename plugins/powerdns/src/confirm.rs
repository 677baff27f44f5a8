//! What became of the changes that were written. Pure.

use std::collections::BTreeMap;

use maquette_sdk::{Error, Result};

use crate::decide::{Decision, Goal, Plan, Write};
use crate::state::{Found, State};

/// The outcome of every change, from what was sent and what the zone held afterwards.
///
/// `sent` has one result for each write. An error that passes leaves open whether the server did it, so what the zone
/// holds counts; without a look at the zone nothing is claimed.
pub(crate) fn confirm(
    plan: &Plan,
    sent: &[Result<()>],
    after: &Result<State>,
) -> Vec<Result<String>> {
    let outcomes: BTreeMap<(&str, u8), Result<String>> = plan
        .writes
        .iter()
        .zip(sent)
        .map(|(write, sent)| {
            (
                (write.key.0.as_str(), write.key.1 as u8),
                outcome(write, sent, after),
            )
        })
        .collect();
    plan.decisions
        .iter()
        .map(|decision| match decision {
            Decision::Settled(outcome) => outcome.clone(),
            Decision::Written(key) => outcomes
                .get(&(key.0.as_str(), key.1 as u8))
                .cloned()
                .unwrap_or_else(|| Err(Error::Other(format!("no outcome is known for {}", key.0)))),
        })
        .collect()
}

fn outcome(write: &Write, sent: &Result<()>, after: &Result<State>) -> Result<String> {
    let after = match (sent, after) {
        (Err(error), Ok(after)) if error.is_passing() => after,
        (Err(error), _) | (Ok(()), Err(error)) => return Err(error.clone()),
        (Ok(()), Ok(after)) => after,
    };
    let found = after.get(&write.key);
    match (&write.goal, found) {
        (Goal::Gone, None) => Ok(String::new()),
        (Goal::Gone, Some(found)) if !found.has_records() && found.owners.is_empty() => {
            Ok(String::new())
        }
        (Goal::There { records, owner }, Some(found)) if found.is(records, owner) => {
            Ok(found.etag())
        }
        _ => match sent {
            // It is not there because it was not written.
            Err(error) => Err(error.clone()),
            // It was written and is not there: somebody else wrote since.
            Ok(()) => Err(Error::conflict(found.and_then(owner_of))),
        },
    }
}

fn owner_of(found: &Found) -> Option<&str> {
    found.owners.first().map(String::as_str)
}
