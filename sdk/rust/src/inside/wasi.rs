//! The contract's imports as a [`Runtime`].

use std::time::{Duration, Instant};

use crate::http::{Request, Response, SendError};
use crate::raw::base::maquette::plugin::{credentials, log};
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
