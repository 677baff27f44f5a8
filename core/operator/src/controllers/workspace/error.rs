//! What is wrong with a workspace's spec.

/// What is wrong with a workspace's spec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SpecError {
    /// One of [`maquette_api::reason`].
    pub(super) reason: &'static str,
    /// Field path, what is wrong, what to do.
    pub(super) message: String,
}
