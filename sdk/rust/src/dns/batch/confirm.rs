//! What became of the changes that were written.

use std::collections::BTreeMap;

use super::{Decision, Found, Goal, Key, Plan, State, Write};
use crate::error::{Error, Result};

/// Whether only the zone can tell what became of a write: its error passes, so its answer may have been lost.
pub fn is_open(sent: &Result<()>) -> bool {
    sent.as_ref().err().is_some_and(Error::is_passing)
}

/// The outcome of every change, from what was sent and what the zone held afterwards.
///
/// `sent` has one result for each write. An error that passes leaves open whether the provider did it, so what the zone
/// holds counts. Without `after` a success is believed, which is right where the provider checks a precondition; where it
/// checks none, give what the zone holds afterwards.
pub fn confirm<R: Default>(
    plan: &Plan<R>,
    sent: &[Result<()>],
    after: Option<&Result<State<R>>>,
) -> Vec<Result<String>> {
    let outcomes: BTreeMap<&Key, Result<String>> = plan
        .writes
        .iter()
        .zip(sent)
        .map(|(write, sent)| (&write.key, outcome(write, sent, after)))
        .collect();
    plan.decisions
        .iter()
        .map(|decision| match decision {
            Decision::Settled(outcome) => outcome.clone(),
            Decision::Written(key) => outcomes.get(key).cloned().unwrap_or_else(|| {
                Err(Error::Other(format!(
                    "no outcome is known for {}",
                    key.name
                )))
            }),
        })
        .collect()
}

fn outcome<R: Default>(
    write: &Write<R>,
    sent: &Result<()>,
    after: Option<&Result<State<R>>>,
) -> Result<String> {
    let after = match (sent, after) {
        (Err(error), Some(Ok(after))) if error.is_passing() => after,
        (Err(error), _) | (Ok(()), Some(Err(error))) => return Err(error.clone()),
        (Ok(()), None) => return Ok(promised(&write.goal)),
        (Ok(()), Some(Ok(after))) => after,
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
        _ => {
            // It is not there because it was not written; or it was, and somebody else wrote since.
            sent.clone()?;
            let owner = found.and_then(|found| found.owners.first());
            Err(Error::conflict(owner.map(String::as_str)))
        }
    }
}

fn promised(goal: &Goal) -> String {
    match goal {
        Goal::Gone => String::new(),
        Goal::There { records, owner } => Found::<()>::written(records.clone(), owner).etag(),
    }
}
