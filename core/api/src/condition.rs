//! Conditions as kstatus reads them: Ready, Reconciling, Stalled, and the kind's own.

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};

/// The object is as its spec says.
pub const READY: &str = "Ready";
/// The operator is still working towards the spec.
pub const RECONCILING: &str = "Reconciling";
/// User action is required.
pub const STALLED: &str = "Stalled";
/// A Plugin runs what its spec stands for now.
pub const UP_TO_DATE: &str = "UpToDate";

/// The object was compared with what its provider has, and is as its spec says.
pub const VERIFIED: &str = "Verified";

/// Longest message that is written, in bytes; the API server accepts 32,768.
const MESSAGE_MAX_BYTES: usize = 4096;

/// What an object is in, said once for all three conditions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As its spec says.
    Ready,
    /// On the way; nothing is wrong.
    Progressing,
    /// Something is wrong that may pass by itself; the operator tries again.
    Failing,
    /// Something is wrong that somebody has to change.
    Stalled,
}

/// Why an object is in an [`Outcome`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What the object is in.
    pub outcome: Outcome,
    /// One of the constants of [`crate::reason`].
    pub reason: &'static str,
    /// What, where, why, and what to do.
    pub message: String,
}

impl Verdict {
    /// As the spec says.
    pub fn ready(message: impl Into<String>) -> Self {
        Self {
            outcome: Outcome::Ready,
            reason: crate::reason::READY,
            message: message.into(),
        }
    }

    /// On the way.
    pub fn progressing(reason: &'static str, message: impl Into<String>) -> Self {
        Self {
            outcome: Outcome::Progressing,
            reason,
            message: message.into(),
        }
    }

    /// Wrong, and tried again.
    pub fn failing(reason: &'static str, message: impl Into<String>) -> Self {
        Self {
            outcome: Outcome::Failing,
            reason,
            message: message.into(),
        }
    }

    /// Wrong until somebody changes something.
    pub fn stalled(reason: &'static str, message: impl Into<String>) -> Self {
        Self {
            outcome: Outcome::Stalled,
            reason,
            message: message.into(),
        }
    }

    /// Whether somebody should be told.
    pub fn is_problem(&self) -> bool {
        matches!(self.outcome, Outcome::Failing | Outcome::Stalled)
    }

    /// The three standard conditions. Transition times of `previous` are kept where the status did not change.
    pub fn conditions(
        &self,
        previous: &[Condition],
        generation: Option<i64>,
        now: Timestamp,
    ) -> Vec<Condition> {
        let (ready, reconciling, stalled) = match self.outcome {
            Outcome::Ready => (true, false, false),
            Outcome::Progressing | Outcome::Failing => (false, true, false),
            Outcome::Stalled => (false, false, true),
        };
        [
            (READY, ready),
            (RECONCILING, reconciling),
            (STALLED, stalled),
        ]
        .into_iter()
        .map(|(kind, holds)| {
            condition(
                previous,
                kind,
                holds,
                self.reason,
                &self.message,
                generation,
                now,
            )
        })
        .collect()
    }
}

/// One condition. Its transition time is that of `previous` where the status did not change.
pub fn condition(
    previous: &[Condition],
    kind: &str,
    holds: bool,
    reason: &str,
    message: &str,
    generation: Option<i64>,
    now: Timestamp,
) -> Condition {
    let status = if holds { "True" } else { "False" };
    let last_transition_time = previous
        .iter()
        .find(|c| c.type_ == kind && c.status == status)
        .map_or_else(
            || Time(whole_second(now)),
            |c| c.last_transition_time.clone(),
        );
    Condition {
        type_: kind.to_owned(),
        status: status.to_owned(),
        reason: reason.to_owned(),
        message: shorten(message),
        observed_generation: generation,
        last_transition_time,
    }
}

/// Whether the condition of this type is `True`.
pub fn holds(conditions: &[Condition], kind: &str) -> bool {
    conditions
        .iter()
        .any(|c| c.type_ == kind && c.status == "True")
}

/// The condition of this type.
pub fn find<'a>(conditions: &'a [Condition], kind: &str) -> Option<&'a Condition> {
    conditions.iter().find(|c| c.type_ == kind)
}

/// The API stores whole seconds; writing more would look like a change at every comparison.
pub fn whole_second(now: Timestamp) -> Timestamp {
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}

fn shorten(message: &str) -> String {
    if message.len() <= MESSAGE_MAX_BYTES {
        return message.to_owned();
    }
    let end = (0..=MESSAGE_MAX_BYTES - 3)
        .rev()
        .find(|at| message.is_char_boundary(*at))
        .unwrap_or(0);
    format!("{}…", message.get(..end).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_transition_time_moves_only_when_the_status_changes() {
        let first = Verdict::progressing("Waiting", "a").conditions(&[], Some(1), at(10));
        let second = Verdict::failing("Broken", "b").conditions(&first, Some(1), at(20));
        let third = Verdict::ready("c").conditions(&second, Some(2), at(30));
        assert!(second.iter().all(|c| c.last_transition_time.0 == at(10)));
        assert_eq!(find(&third, READY).unwrap().last_transition_time.0, at(30));
        assert_eq!(
            find(&third, STALLED).unwrap().last_transition_time.0,
            at(10)
        );
    }

    #[test]
    fn a_long_message_is_cut_at_a_character() {
        let long = "ü".repeat(4000);
        let cut = condition(&[], READY, true, "R", &long, None, at(0)).message;
        assert!(cut.len() <= MESSAGE_MAX_BYTES && cut.ends_with('…'));
    }
}
