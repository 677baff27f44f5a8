//! The contract's imports as a [`Runtime`].

use std::time::{Duration, Instant};

use crate::dns::TransportError;
use crate::http::{Request, Response, SendError};
use crate::raw::base::maquette::plugin::{credentials, dns_transport, log};
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

    fn hmac_sha256(
        &self,
        name: &str,
        prefix: &[u8],
        messages: &[Vec<u8>],
    ) -> Result<Vec<u8>, CredentialError> {
        credentials::hmac_sha256(name, prefix, messages)
    }

    fn sign_rs256(&self, name: &str, message: &[u8]) -> Result<Vec<u8>, CredentialError> {
        credentials::sign_rs256(name, message)
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
