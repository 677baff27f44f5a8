//! The JSON that is around every answer.

use serde::Deserialize;

/// An answer.
#[derive(Debug, Deserialize)]
pub(crate) struct Envelope<T> {
    #[serde(default)]
    pub(crate) success: bool,
    #[serde(default)]
    pub(crate) errors: Vec<Complaint>,
    pub(crate) result: Option<T>,
}

/// One thing that is wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Complaint {
    pub(crate) code: u32,
    #[serde(default)]
    pub(crate) message: String,
    /// What exactly is wrong, where the message is a heading.
    #[serde(default)]
    pub(crate) error_chain: Vec<Complaint>,
}

impl Complaint {
    /// All that is said, in one line.
    pub(crate) fn text(&self) -> String {
        let chain = self.error_chain.iter().map(Self::text);
        let all: Vec<String> = [format!("{} (code {})", self.message, self.code)]
            .into_iter()
            .chain(chain)
            .collect();
        all.join(": ")
    }

    /// Whether this or what is behind it has one of these codes.
    pub(crate) fn is_one_of(&self, codes: &[u32]) -> bool {
        codes.contains(&self.code) || self.error_chain.iter().any(|one| one.is_one_of(codes))
    }
}
