//! What a plugin can reach, as one trait: inside the host the contract's imports, in an author's tests
//! a program of their own. Everything above it is the same code in both places.

use std::time::{Duration, SystemTime};

use crate::http::{Request, Response, SendError};
pub use crate::raw::base::maquette::plugin::credentials::CredentialError;
use crate::raw::base::maquette::plugin::dns_transport::TransportError;
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

    /// RSASSA-PKCS1-v1_5 with SHA-256 (`RS256`) of `message`, with a credential that is an RSA private key.
    ///
    /// # Errors
    /// When the manifest does not declare it as a signing key or the Provider does not give it; always in a runtime
    /// that has no keys.
    fn sign_rs256(&self, name: &str, message: &[u8]) -> Result<Vec<u8>, CredentialError> {
        let _ = message;
        Err(CredentialError::Unknown(format!(
            "`{name}`: this runtime has no signing keys"
        )))
    }

    /// Sends one DNS message to a granted server and gives its answer; signed where a key is named.
    ///
    /// # Errors
    /// See [`TransportError`]; always in a runtime that has no DNS.
    fn dns_exchange(
        &self,
        server: &str,
        key: Option<&str>,
        message: &[u8],
        time: Duration,
    ) -> Result<Vec<u8>, TransportError> {
        let _ = (key, message, time);
        Err(TransportError::NotGranted(format!(
            "{server}: this runtime sends no DNS messages"
        )))
    }

    /// Transfers a zone (AXFR, RFC 5936) from a granted server, message by message.
    ///
    /// # Errors
    /// See [`TransportError`]; always in a runtime that has no DNS.
    fn dns_transfer(
        &self,
        server: &str,
        key: Option<&str>,
        zone: &str,
        time: Duration,
    ) -> Result<Vec<Vec<u8>>, TransportError> {
        let _ = (key, zone, time);
        Err(TransportError::NotGranted(format!(
            "{server}: this runtime sends no DNS messages"
        )))
    }

    /// Whether `candidate` is the credential; for tokens that come in with a webhook.
    ///
    /// # Errors
    /// When the manifest does not declare it as a key or the Provider does not give it; always in a runtime that has no
    /// keys.
    fn matches(&self, name: &str, candidate: &[u8]) -> Result<bool, CredentialError> {
        let _ = candidate;
        Err(CredentialError::Unknown(format!(
            "`{name}`: this runtime has no keys"
        )))
    }

    /// Writes one line into the operator's log.
    fn log(&self, level: Level, message: &str);

    /// Waits.
    fn sleep(&self, time: Duration);

    /// Time since any fixed moment.
    fn now(&self) -> Duration;

    /// Time since the beginning of 1970 in UTC, for protocols that sign a date.
    fn wall_clock(&self) -> Duration {
        SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default()
    }
}
