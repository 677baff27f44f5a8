//! What a dependency can wait for, and what is known about the thing it waits for.

use std::{fmt, str::FromStr};

/// What must hold for a dependency before the node that depends on it may start.
///
/// Written in manifests as `Started`, `Ready` or `Completed`, which is what [`fmt::Display`] and [`FromStr`] use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Condition {
    /// It runs, or has run: nothing is said about whether it answers.
    Started,
    /// It answers: what a dependency means when nothing else is said.
    #[default]
    Ready,
    /// It ran to its end and succeeded.
    Completed,
}

impl Condition {
    /// Whether the condition holds in `state`. Nothing holds for what does not exist, and whatever is ready or
    /// completed has been started.
    pub fn holds(self, state: State) -> bool {
        state.exists
            && match self {
                Self::Started => state.started || state.ready || state.completed,
                Self::Ready => state.ready,
                Self::Completed => state.completed,
            }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Started => "Started",
            Self::Ready => "Ready",
            Self::Completed => "Completed",
        })
    }
}

impl FromStr for Condition {
    type Err = UnknownCondition;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "Started" => Ok(Self::Started),
            "Ready" => Ok(Self::Ready),
            "Completed" => Ok(Self::Completed),
            _ => Err(UnknownCondition(text.to_owned())),
        }
    }
}

/// A text that names no [`Condition`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no condition; use Started, Ready or Completed")]
pub struct UnknownCondition(pub String);

/// What is known about one node at the moment of the question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "four independent observations: a completed job is not ready, a crashed server is started and not ready"
)]
pub struct State {
    /// Its object exists, also while it is being deleted.
    pub exists: bool,
    /// It has been started.
    pub started: bool,
    /// It is ready now.
    pub ready: bool,
    /// It ran to its end and succeeded.
    pub completed: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Condition; 3] = [Condition::Started, Condition::Ready, Condition::Completed];

    #[test]
    fn every_condition_is_read_back_from_what_it_displays() {
        assert_eq!(
            ALL.map(|c| c.to_string()),
            ["Started", "Ready", "Completed"]
        );
        assert_eq!(ALL.map(|c| c.to_string().parse()), ALL.map(Ok));
    }

    #[test]
    fn a_text_that_is_no_condition_is_refused_with_the_ones_that_are() {
        let refused = "Healthy".parse::<Condition>();
        assert_eq!(refused, Err(UnknownCondition("Healthy".to_owned())));
        assert_eq!(
            refused.map_err(|e| e.to_string()),
            Err("`Healthy` is no condition; use Started, Ready or Completed".to_owned())
        );
    }

    #[test]
    fn a_dependency_without_a_condition_waits_for_ready() {
        assert_eq!(Condition::default(), Condition::Ready);
    }

    #[test]
    fn conditions_hold_as_the_table_says() {
        let state = |exists, started, ready, completed| State {
            exists,
            started,
            ready,
            completed,
        };
        // state → whether Started, Ready, Completed hold
        let table = [
            (state(false, false, false, false), [false, false, false]),
            (state(false, true, true, true), [false, false, false]),
            (state(true, false, false, false), [false, false, false]),
            (state(true, true, false, false), [true, false, false]),
            (state(true, true, true, false), [true, true, false]),
            (state(true, false, true, false), [true, true, false]),
            (state(true, true, false, true), [true, false, true]),
            (state(true, false, false, true), [true, false, true]),
            (state(true, true, true, true), [true, true, true]),
        ];
        for (state, expected) in table {
            assert_eq!(ALL.map(|c| c.holds(state)), expected, "{state:?}");
        }
    }
}
