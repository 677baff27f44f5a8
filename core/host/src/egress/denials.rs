//! What the host refused.

use std::sync::{Arc, Mutex, PoisonError};

/// What the host refused during one call, in words for the user.
#[derive(Debug, Clone, Default)]
pub(super) struct Denials(Arc<Mutex<Option<String>>>);

impl Denials {
    /// Keeps the first.
    pub(super) fn note(&self, text: String) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get_or_insert(text);
    }

    pub(super) fn first(&self) -> Option<String> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
