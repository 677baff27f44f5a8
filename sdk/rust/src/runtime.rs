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

    /// The placeholder of a request's signature: AWS Signature Version 4.
    ///
    /// # Errors
    /// When the manifest does not declare it for that or the Provider does not give it; always in a runtime that signs nothing.
    fn aws_authorization(
        &self,
        name: &str,
        access_key_id: &str,
        region: &str,
    ) -> Result<String, CredentialError> {
        let _ = (access_key_id, region);
        Err(unknown(name, "signs no requests"))
    }

    /// The placeholder of a signed token.
    ///
    /// # Errors
    /// When the manifest does not declare it for that or the Provider does not give it; always in a runtime that signs nothing.
    fn token_authorization(
        &self,
        name: &str,
        issuer: &str,
        key_id: Option<&str>,
    ) -> Result<String, CredentialError> {
        let _ = (issuer, key_id);
        Err(unknown(name, "signs no tokens"))
    }

    /// Whether `signature` is the HMAC-SHA-256 of `message`.
    ///
    /// # Errors
    /// When the manifest does not declare it as a key for webhooks or the Provider does not give it; always in a runtime that
    /// has no keys.
    fn verify_hmac_sha256(
        &self,
        name: &str,
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, CredentialError> {
        let _ = (message, signature);
        Err(unknown(name, "has no keys"))
    }

    /// The value that an earlier call kept under this key; nothing in a runtime that keeps none.
    fn recall(&self, key: &str) -> Option<Vec<u8>> {
        let _ = key;
        None
    }

    /// Keeps the value for later calls, for at most this time.
    fn keep(&self, key: &str, value: &[u8], time: Duration, secret: bool) {
        let _ = (key, value, time, secret);
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
        Err(unknown(name, "has no keys"))
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

fn unknown(name: &str, why: &str) -> CredentialError {
    CredentialError::Unknown(format!("`{name}`: this runtime {why}"))
}
