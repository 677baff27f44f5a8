//! Runs `describe()` of a component once, for whoever builds a plugin.

use crate::{InspectError, Manifest, call::CallError, manifest::ManifestError};

/// Why a component does not describe itself.
#[derive(Debug, thiserror::Error)]
pub enum DescribeError {
    /// It is not a plugin.
    #[error(transparent)]
    Inspect(#[from] InspectError),
    /// It cannot be compiled or linked.
    #[error("the component cannot be compiled: {0}")]
    Compile(String),
    /// It failed.
    #[error("describe() failed: {0}")]
    Call(#[from] CallError),
    /// What it says cannot be used.
    #[error("what describe() returns cannot be used: {0}")]
    Manifest(#[from] ManifestError),
}

/// Runs `describe()` in a sandbox without network, credentials and configuration.
///
/// # Errors
/// What is not a plugin, fails, or describes itself in a way that the host cannot use.
pub async fn describe(_wasm: &[u8]) -> Result<Manifest, DescribeError> {
    unimplemented!()
}
