//! What a plugin can reach, as one trait: inside the host the contract's imports, in an author's tests
//! a program of their own. Everything above it is the same code in both places.

use std::time::Duration;

use crate::http::{Request, Response, SendError};
pub use crate::raw::base::maquette::plugin::credentials::CredentialError;
pub use crate::raw::base::maquette::plugin::log::Level;

/// The outside of a plugin.
pub trait Runtime {
    /// Sends one request and reads the whole answer.
    ///
    /// # Errors
    /// See [`SendError`]; an answer with a failing status is no error here.
    fn send(&self, request: &Request) -> Result<Response, SendError>;

    /// The placeholder of a credential, to be used as the whole value of its declared header.
    ///
    /// # Errors
    /// When the manifest does not declare it, the Provider does not give it, or it is never sent.
    fn credential(&self, name: &str) -> Result<String, CredentialError>;

    /// HMAC-SHA-256 chained over `messages`, keyed with `prefix` and the credential.
    ///
    /// # Errors
    /// When the manifest does not declare it as a key or the Provider does not give it.
    fn hmac_sha256(
        &self,
        name: &str,
        prefix: &[u8],
        messages: &[Vec<u8>],
    ) -> Result<Vec<u8>, CredentialError>;

    /// Writes one line into the operator's log.
    fn log(&self, level: Level, message: &str);

    /// Waits.
    fn sleep(&self, time: Duration);

    /// Time since any fixed moment.
    fn now(&self) -> Duration;
}
