//! The functions of every provider interface with JSON in place of records; names are those of `wit/`.

mod make;
mod outcome;
mod request;

pub(super) use make::make;
pub(super) use request::Request;

/// What a function returned.
pub(super) struct Answer {
    pub(super) json: serde_json::Value,
    /// Changes of a batch that were not made.
    pub(super) refused: usize,
}
