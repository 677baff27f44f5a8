//! What a call is for and what it may use.

use std::fmt;
use std::time::Duration;

use serde::de::DeserializeOwned;

use crate::dns::transport::Transport;
use crate::error::{Error, Result};
use crate::http::Client;
use crate::raw::base::maquette::plugin::types::Context as RawContext;
use crate::runtime::{CredentialError, Level, Runtime};

/// One call: its configuration, its deadline, and the way to everything outside of the plugin.
pub struct Context<C> {
    /// The Provider's `spec.config`.
    pub config: C,
    /// Identity of the installation that calls.
    pub installation: String,
    /// The object on whose behalf the call is made: `<kind>/<namespace>/<name>`.
    pub object: String,
    /// The same for every retry of one intention. At most 64 characters.
    pub idempotency_key: String,
    options: String,
    ends: Duration,
    runtime: Box<dyn Runtime>,
}

impl<C> Context<C> {
    /// A context with `remaining` time from now on.
    pub fn new(config: C, runtime: Box<dyn Runtime>, remaining: Duration) -> Self {
        let ends = runtime.now().saturating_add(remaining);
        Self {
            config,
            installation: String::new(),
            object: String::new(),
            idempotency_key: String::new(),
            options: "{}".to_owned(),
            ends,
            runtime,
        }
    }

    /// Time until the host ends the call.
    pub fn remaining(&self) -> Duration {
        self.ends.saturating_sub(self.runtime.now())
    }

    /// The value for the header that the manifest declares for this credential. It is a placeholder, which the
    /// host replaces on the way out; the plugin never sees the credential.
    ///
    /// # Errors
    /// [`Error::Unauthorized`] that names the line of the Provider to add, or [`Error::Other`] for a fault of the plugin.
    pub fn credential(&self, name: &str) -> Result<String> {
        self.runtime
            .credential(name)
            .map_err(|error| credential_error(name, &error))
    }

    /// The value for the header `Authorization` of a request to the AWS service that the manifest names for this credential
    /// ([`Credential::aws_sigv4`](crate::Credential::aws_sigv4)). It is a placeholder: the host signs the request when it sends
    /// it, and sets `x-amz-date`.
    ///
    /// # Errors
    /// As for [`Context::credential`].
    pub fn aws_authorization(
        &self,
        name: &str,
        access_key_id: &str,
        region: &str,
    ) -> Result<String> {
        self.runtime
            .aws_authorization(name, access_key_id, region)
            .map_err(|error| credential_error(name, &error))
    }

    /// The value for the header `Authorization` of a request with a token of this issuer, signed with this credential
    /// ([`Credential::signed_token`](crate::Credential::signed_token)). It is a placeholder: the host signs the token when it
    /// sends the request.
    ///
    /// # Errors
    /// As for [`Context::credential`].
    pub fn token_authorization(
        &self,
        name: &str,
        issuer: &str,
        key_id: Option<&str>,
    ) -> Result<String> {
        self.runtime
            .token_authorization(name, issuer, key_id)
            .map_err(|error| credential_error(name, &error))
    }

    /// Whether `signature` is the HMAC-SHA-256 (RFC 2104) of `message` with this key, compared by the host in constant time.
    ///
    /// # Errors
    /// As for [`Context::credential`].
    pub fn verify_hmac_sha256(&self, name: &str, message: &[u8], signature: &[u8]) -> Result<bool> {
        self.runtime
            .verify_hmac_sha256(name, message, signature)
            .map_err(|error| credential_error(name, &error))
    }

    /// The same for a signature in hexadecimal digits, as most forges send it. Another text is no signature.
    ///
    /// # Errors
    /// As for [`Context::credential`].
    pub fn verify_hmac_sha256_hex(
        &self,
        name: &str,
        message: &[u8],
        signature: &str,
    ) -> Result<bool> {
        let octet = |digits: &[u8]| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok();
        let octets: Option<Vec<u8>> = signature.as_bytes().chunks(2).map(octet).collect();
        self.verify_hmac_sha256(name, message, &octets.unwrap_or_default())
    }

    /// The value that an earlier call of the same provider kept under this key. It may be gone at any time.
    pub fn recall(&self, key: &str) -> Option<Vec<u8>> {
        self.runtime.recall(key)
    }

    /// Keeps a value for later calls of the same provider, for at most this time: an `ETag` with its answer.
    pub fn keep(&self, key: &str, value: &[u8], time: Duration) {
        self.runtime.keep(key, value, time, false);
    }

    /// The same for a secret, for example a token that the provider issued: it is masked in log lines and errors.
    pub fn keep_secret(&self, key: &str, value: &[u8], time: Duration) {
        self.runtime.keep(key, value, time, true);
    }

    /// The options that the object has for this interface, see [`crate::options`].
    ///
    /// # Errors
    /// [`Error::Invalid`] when they are not of this type, which the host prevents by the schema.
    pub fn options<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_str(&self.options)
            .map_err(|error| Error::invalid("options", error.to_string()))
    }

    /// The same context with other options, for tests.
    #[must_use]
    pub fn with_options(mut self, json: &str) -> Self {
        json.clone_into(&mut self.options);
        self
    }

    /// Whether `candidate` is the credential, compared by the host in constant time: for tokens that come in with a
    /// webhook. A few times per call.
    ///
    /// # Errors
    /// As for [`Context::credential`].
    pub fn matches(&self, name: &str, candidate: &[u8]) -> Result<bool> {
        self.runtime
            .matches(name, candidate)
            .map_err(|error| credential_error(name, &error))
    }

    /// Time since the beginning of 1970 in UTC.
    pub fn wall_clock(&self) -> Duration {
        self.runtime.wall_clock()
    }

    /// Writes one line into the operator's log. Never put a secret or a response body into it.
    pub fn log(&self, level: Level, message: &str) {
        self.runtime.log(level, message);
    }

    /// The way to a DNS server that is granted as `tcp://HOST:PORT`. With the name of a credential that is declared as
    /// [`Credential::tsig_key`](crate::Credential::tsig_key) the host signs what is sent and verifies what comes back.
    pub fn dns_transport<'a>(&'a self, server: &'a str, key: Option<&'a str>) -> Transport<'a> {
        Transport::new(self.runtime.as_ref(), self.ends, server, key)
    }

    /// A client that keeps this call's deadline.
    pub fn http(&self) -> Client<'_> {
        Client::new(self.runtime.as_ref(), self.ends)
    }
}

impl<C: DeserializeOwned> Context<C> {
    /// Takes what the contract hands over.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the configuration is not of the plugin's type, which the host prevents by the schema.
    #[doc(hidden)]
    pub fn from_raw(raw: RawContext, runtime: Box<dyn Runtime>) -> Result<Self> {
        let config = serde_json::from_str(&raw.config)
            .map_err(|error| Error::invalid("config", error.to_string()))?;
        let mut context = Self::new(config, runtime, Duration::from_millis(raw.deadline_ms));
        context.installation = raw.installation;
        context.object = raw.object;
        context.idempotency_key = raw.idempotency_key;
        context.options = raw.options;
        Ok(context)
    }
}

impl<C: fmt::Debug> fmt::Debug for Context<C> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Context")
            .field("config", &self.config)
            .field("object", &self.object)
            .field("remaining", &self.remaining())
            .finish_non_exhaustive()
    }
}

fn credential_error(name: &str, error: &CredentialError) -> Error {
    match error {
        CredentialError::Unknown(why) => Error::Unauthorized(format!(
            "the credential `{name}` is not available: {why}; add it to the Provider under spec.credentials.{name}"
        )),
        CredentialError::Other(why) => {
            Error::Other(format!("the credential `{name}` cannot be used: {why}"))
        }
        CredentialError::Misplaced(why) => Error::Other(format!(
            "the plugin uses the credential `{name}` in another way than its manifest declares: {why}"
        )),
    }
}
