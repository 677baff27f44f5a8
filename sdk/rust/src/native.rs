//! A runtime for ordinary programs, so that an author's tests call the plugin's trait against a real server without
//! a host. Nothing is denied and nothing is hidden here: credentials are given out as they are, and signed with here.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::io::Read as _;
use std::time::{Duration, Instant};

use maquette_signing::{Claims, aws, rsa_key};
use ring::hmac;
use serde_json::Value;

use crate::dns::TransportError;
use crate::http::{Request, Response, SendError};
use crate::plugin::{Credential, Placement, Plugin, Text};
use crate::runtime::{CredentialError, Level, Runtime};

const PLACEHOLDER: &str = "maquette-signature-";

/// HTTP through ureq, credentials from a map, log lines to standard error.
pub struct Native {
    credentials: BTreeMap<String, String>,
    declared: Vec<Credential>,
    config: Value,
    signers: RefCell<Vec<Signer>>,
    kept: RefCell<BTreeMap<String, Vec<u8>>>,
    started: Instant,
}

/// How a request is signed that has a placeholder as its `Authorization`.
struct Signer {
    secret: String,
    access_key_id: String,
    region: String,
    service: String,
}

impl fmt::Debug for Native {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Native")
            .field("credentials", &self.credentials.keys())
            .finish_non_exhaustive()
    }
}

impl Native {
    /// A runtime that knows these credentials, by name.
    pub fn new(credentials: impl IntoIterator<Item = (String, String)>) -> Self {
        Self {
            credentials: credentials.into_iter().collect(),
            declared: Vec::new(),
            config: Value::Null,
            signers: RefCell::default(),
            kept: RefCell::default(),
            started: Instant::now(),
        }
    }

    /// Signs requests as the manifest of this plugin with this configuration declares.
    #[must_use]
    pub fn signing_for<P: Plugin>(mut self, config: Value) -> Self {
        self.declared = P::credentials();
        self.config = config;
        self
    }

    fn placement(&self, name: &str) -> Option<Placement> {
        let mut declared = self.declared.iter();
        let found = declared.find(|credential| credential.name == name)?;
        Some(found.placement.clone())
    }

    /// A placeholder that this runtime replaces in `send`.
    fn signs(&self, signer: Signer) -> String {
        let mut signers = self.signers.borrow_mut();
        signers.push(signer);
        format!("{PLACEHOLDER}{}", signers.len() - 1)
    }

    /// The request's headers with a signature in the place of its placeholder.
    fn signed(&self, request: &Request) -> http::HeaderMap {
        let mut headers = request.headers.clone();
        let number = headers
            .get(http::header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok()?.strip_prefix(PLACEHOLDER)?.parse().ok());
        let signers = self.signers.borrow();
        let signer = number.and_then(|number: usize| signers.get(number));
        let Some(signer) = signer else {
            return headers;
        };
        let signer = aws::Signer {
            access_key_id: &signer.access_key_id,
            secret: signer.secret.as_bytes(),
            region: &signer.region,
            service: &signer.service,
        };
        let host = request
            .uri
            .authority()
            .map_or("", |authority| authority.as_str());
        let signed = signer.sign(
            self.wall_clock(),
            &request.method,
            &request.uri,
            host,
            &headers,
            &request.body,
        );
        for (name, value) in [
            ("x-amz-date", signed.date),
            ("authorization", signed.authorization),
        ] {
            if let Ok(value) = value.parse() {
                headers.insert(name, value);
            }
        }
        headers
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
        for (name, value) in &self.signed(request) {
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

    fn aws_authorization(
        &self,
        name: &str,
        access_key_id: &str,
        region: &str,
    ) -> Result<String, CredentialError> {
        let Some(Placement::AwsSigv4(service)) = self.placement(name) else {
            return Err(misplaced(name));
        };
        Ok(self.signs(Signer {
            secret: self.credential(name)?,
            access_key_id: access_key_id.to_owned(),
            region: region.to_owned(),
            service,
        }))
    }

    fn token_authorization(
        &self,
        name: &str,
        issuer: &str,
        key_id: Option<&str>,
    ) -> Result<String, CredentialError> {
        let Some(Placement::SignedToken(token)) = self.placement(name) else {
            return Err(misplaced(name));
        };
        let audience = match &token.audience {
            Some(Text::Fixed(text)) => Some(text.clone()),
            Some(Text::FromConfig(pointer)) => {
                let value = self.config.pointer(pointer).and_then(Value::as_str);
                value.map(str::to_owned)
            }
            None => None,
        };
        let unusable =
            |why: &str| CredentialError::Misplaced(format!("`{name}` cannot be used: {why}"));
        let key = rsa_key(self.credential(name)?.as_bytes()).map_err(unusable)?;
        let claims = Claims {
            issuer,
            audience: audience.as_deref(),
            scope: token.scope.as_deref(),
        };
        let token = maquette_signing::token(&key, key_id, claims, self.wall_clock());
        Ok(format!("Bearer {}", token.map_err(unusable)?))
    }

    fn verify_hmac_sha256(
        &self,
        name: &str,
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, CredentialError> {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.credential(name)?.as_bytes());
        Ok(hmac::verify(&key, message, signature).is_ok())
    }

    fn recall(&self, key: &str) -> Option<Vec<u8>> {
        self.kept.borrow().get(key).cloned()
    }

    fn keep(&self, key: &str, value: &[u8], _: Duration, _: bool) {
        self.kept
            .borrow_mut()
            .insert(key.to_owned(), value.to_vec());
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

fn misplaced(name: &str) -> CredentialError {
    CredentialError::Misplaced(format!("`{name}` is declared otherwise"))
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
