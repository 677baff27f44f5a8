//! What can be wrong with a reference.

use super::JsonPath;
use crate::graph::nearest_names;

/// A reference that could not be replaced, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}`{reference}` {reason}", place(path))]
pub struct InterpolationError {
    /// The field whose string holds the reference.
    pub path: JsonPath,
    /// The reference as written; of a malformed one only its beginning.
    pub reference: String,
    /// Why it could not be replaced.
    pub reason: Reason,
}

impl InterpolationError {
    /// Whether time will cure it; otherwise the manifest must be changed.
    pub fn is_not_yet(&self) -> bool {
        matches!(self.reason, Reason::Unresolved(Unresolved::NotYet { .. }))
    }
}

/// Why a reference could not be replaced.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// It is not written as a reference must be.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// What it refers to has no value.
    #[error(transparent)]
    Unresolved(#[from] Unresolved),
}

/// What a resolver answers when it has no value for a reference.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unresolved {
    /// There is no such thing, and waiting will not bring it.
    #[error("refers to something that does not exist{}", nearest_names(nearest))]
    Unknown {
        /// What exists and is nearest, best first; see [`nearest`](super::nearest).
        nearest: Vec<String>,
    },
    /// It will have a value, later.
    #[error("has no value yet: {waiting_for}")]
    NotYet {
        /// What must happen first, for people.
        waiting_for: String,
    },
}

/// A text that has the form of a reference and is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is malformed: {reason} at character {position}; write `$${{` if a literal `${{` is meant")]
pub struct Malformed {
    /// The character of the string at which it goes wrong, counted from 1.
    pub position: usize,
    /// The beginning of the reference, from its `${`.
    pub text: String,
    /// What is wrong there.
    pub reason: MalformedReason,
}

/// What is wrong with a malformed reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedReason {
    /// A segment of the path has no characters, as in `${components::}` or `${components::a..b}`.
    #[error("a segment of the path is empty")]
    EmptySegment,
    /// A character that a path cannot hold: white space, a control character, `$`, `{`, quotes, backslash or another `:`.
    #[error("`{}` cannot stand in a path", .0.escape_debug())]
    Character(char),
    /// The string ends before the closing brace.
    #[error("the closing `}}` is missing")]
    Unclosed,
}

fn place(path: &JsonPath) -> String {
    if path.steps().is_empty() {
        String::new()
    } else {
        format!("{path}: ")
    }
}
