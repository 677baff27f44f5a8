//! The contract's imports as a [`Runtime`].

use std::time::{Duration, Instant};

use crate::dns::TransportError;
use crate::http::{Request, Response, SendError};
use crate::raw::base::maquette::plugin::{credentials, dns_transport, log, memory};
use crate::runtime::{CredentialError, Level, Runtime};

pub(super) struct Inside {
    started: Instant,
}

impl Inside {
    pub(super) fn new() -> Self {
        Self {
            started: Instant::now(),
        }
    }
}

impl Runtime for Inside {
    fn send(&self, request: &Request) -> Result<Response, SendError> {
        super::send::send(request)
    }

    fn credential(&self, name: &str) -> Result<String, CredentialError> {
        credentials::header_value(name)
    }

    fn aws_authorization(
        &self,
        name: &str,
        access_key_id: &str,
        region: &str,
    ) -> Result<String, CredentialError> {
        credentials::aws_authorization(name, access_key_id, region)
    }

    fn token_authorization(
        &self,
        name: &str,
        issuer: &str,
        key_id: Option<&str>,
    ) -> Result<String, CredentialError> {
        credentials::token_authorization(name, issuer, key_id)
    }

    fn verify_hmac_sha256(
        &self,
        name: &str,
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, CredentialError> {
        credentials::verify_hmac_sha256(name, message, signature)
    }

    fn recall(&self, key: &str) -> Option<Vec<u8>> {
        memory::recall(key)
    }

    fn keep(&self, key: &str, value: &[u8], time: Duration, secret: bool) {
        let seconds = u32::try_from(time.as_secs()).unwrap_or(u32::MAX);
        memory::keep(key, value, seconds, secret);
    }

    // The host ends both before the call does.
    fn dns_exchange(
        &self,
        server: &str,
        key: Option<&str>,
        message: &[u8],
        _: Duration,
    ) -> Result<Vec<u8>, TransportError> {
        dns_transport::exchange(server, key, message)
    }

    fn dns_transfer(
        &self,
        server: &str,
        key: Option<&str>,
        zone: &str,
        _: Duration,
    ) -> Result<Vec<Vec<u8>>, TransportError> {
        dns_transport::transfer(server, key, zone)
    }

    fn matches(&self, name: &str, candidate: &[u8]) -> Result<bool, CredentialError> {
        credentials::matches(name, candidate)
    }

    fn log(&self, level: Level, message: &str) {
        log::write(level, message);
    }

    fn sleep(&self, time: Duration) {
        std::thread::sleep(time);
    }

    fn now(&self) -> Duration {
        self.started.elapsed()
    }
}
