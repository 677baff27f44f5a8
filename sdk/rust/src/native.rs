//! A runtime for ordinary programs, so that an author's tests call the plugin's trait against a real server without
//! a host. Nothing is denied and nothing is hidden here: credentials are given out as they are, and signed with here.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::time::{Duration, Instant};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::hmac;
use ring::rand::SystemRandom;
use ring::rsa::KeyPair;
use ring::signature::RSA_PKCS1_SHA256;

use crate::dns::TransportError;
use crate::http::{Request, Response, SendError};
use crate::runtime::{CredentialError, Level, Runtime};

/// HTTP through ureq, credentials from a map, log lines to standard error.
#[derive(Debug)]
pub struct Native {
    credentials: BTreeMap<String, String>,
    started: Instant,
}

impl Native {
    /// A runtime that knows these credentials, by name.
    pub fn new(credentials: impl IntoIterator<Item = (String, String)>) -> Self {
        Self {
            credentials: credentials.into_iter().collect(),
            started: Instant::now(),
        }
    }

    fn key(&self, name: &str) -> Result<String, TransportError> {
        self.credentials
            .get(name)
            .cloned()
            .ok_or_else(|| TransportError::Credential(format!("no credential `{name}`")))
    }
}

impl Runtime for Native {
    fn send(&self, request: &Request) -> Result<Response, SendError> {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .max_redirects(0)
            .proxy(None)
            .timeout_global(Some(request.timeout))
            .build()
            .into();
        let mut outgoing = http::Request::builder()
            .method(request.method.clone())
            .uri(request.uri.clone());
        for (name, value) in &request.headers {
            outgoing = outgoing.header(name, value);
        }
        let outgoing = outgoing
            .body(request.body.clone())
            .map_err(|error| SendError::Malformed(error.to_string()))?;
        let answer = agent.run(outgoing).map_err(|error| failure(&error))?;
        let (parts, mut body) = answer.into_parts();
        let mut octets = Vec::new();
        body.as_reader()
            .take(request.body_cap as u64 + 1)
            .read_to_end(&mut octets)
            .map_err(|error| SendError::Interrupted(error.to_string()))?;
        if octets.len() > request.body_cap {
            return Err(SendError::TooLarge(request.body_cap));
        }
        Ok(Response {
            status: parts.status,
            headers: parts.headers,
            body: octets,
        })
    }

    fn credential(&self, name: &str) -> Result<String, CredentialError> {
        self.credentials
            .get(name)
            .cloned()
            .ok_or_else(|| CredentialError::Unknown(format!("no credential `{name}`")))
    }

    fn hmac_sha256(
        &self,
        name: &str,
        prefix: &[u8],
        messages: &[Vec<u8>],
    ) -> Result<Vec<u8>, CredentialError> {
        let first = [prefix, self.credential(name)?.as_bytes()].concat();
        Ok(messages.iter().fold(first, |key, message| {
            let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
            hmac::sign(&key, message).as_ref().to_vec()
        }))
    }

    fn sign_rs256(&self, name: &str, message: &[u8]) -> Result<Vec<u8>, CredentialError> {
        let unusable =
            |what: &str| CredentialError::Misplaced(format!("`{name}` cannot be used: {what}"));
        let der = pem(&self.credential(name)?).ok_or_else(|| unusable("it is no PEM"))?;
        let key = KeyPair::from_pkcs8(&der).map_err(|error| unusable(&error.to_string()))?;
        let mut signature = vec![0; key.public().modulus_len()];
        key.sign(
            &RSA_PKCS1_SHA256,
            &SystemRandom::new(),
            message,
            &mut signature,
        )
        .map_err(|_| unusable("the signature cannot be made"))?;
        Ok(signature)
    }

    fn dns_exchange(
        &self,
        server: &str,
        key: Option<&str>,
        message: &[u8],
        time: Duration,
    ) -> Result<Vec<u8>, TransportError> {
        let key = key.map(|name| self.key(name)).transpose()?;
        crate::native_dns::exchange(server, key.as_deref(), message, time)
    }

    fn dns_transfer(
        &self,
        server: &str,
        key: Option<&str>,
        zone: &str,
        time: Duration,
    ) -> Result<Vec<Vec<u8>>, TransportError> {
        let key = key.map(|name| self.key(name)).transpose()?;
        crate::native_dns::transfer(server, key.as_deref(), zone, time)
    }

    fn matches(&self, name: &str, candidate: &[u8]) -> Result<bool, CredentialError> {
        Ok(self.credential(name)?.as_bytes() == candidate)
    }

    fn log(&self, level: Level, message: &str) {
        eprintln!("{level:?}: {message}");
    }

    fn sleep(&self, time: Duration) {
        std::thread::sleep(time);
    }

    fn now(&self) -> Duration {
        self.started.elapsed()
    }
}

/// What stands between the first two lines of dashes (RFC 7468).
pub(crate) fn pem(text: &str) -> Option<Vec<u8>> {
    let base64: String = text
        .lines()
        .skip_while(|line| !line.starts_with("-----BEGIN "))
        .skip(1)
        .take_while(|line| !line.starts_with("-----END "))
        .map(str::trim)
        .collect();
    STANDARD.decode(base64).ok()
}

fn failure(error: &ureq::Error) -> SendError {
    match error {
        ureq::Error::ConnectionFailed | ureq::Error::HostNotFound => {
            SendError::Unreachable(error.to_string())
        }
        ureq::Error::Io(io) if io.kind() == std::io::ErrorKind::ConnectionRefused => {
            SendError::Unreachable(error.to_string())
        }
        _ => SendError::Interrupted(error.to_string()),
    }
}
