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

    /// HMAC-SHA-256 (RFC 2104) chained over `messages`, computed by the host: the first key is `prefix` followed by
    /// the credential, each further key is the previous result.
    ///
    /// # Errors
    /// As for [`Context::credential`].
    pub fn hmac_sha256(&self, name: &str, prefix: &[u8], messages: &[Vec<u8>]) -> Result<Vec<u8>> {
        self.runtime
            .hmac_sha256(name, prefix, messages)
            .map_err(|error| credential_error(name, &error))
    }

    /// `RS256` (RFC 7518, section 3.3) of `message`, computed by the host with a private key that the plugin never sees.
    ///
    /// # Errors
    /// As for [`Context::credential`].
    pub fn sign_rs256(&self, name: &str, message: &[u8]) -> Result<Vec<u8>> {
        self.runtime
            .sign_rs256(name, message)
            .map_err(|error| credential_error(name, &error))
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
        CredentialError::Misplaced(why) => Error::Other(format!(
            "the plugin uses the credential `{name}` in another way than its manifest declares: {why}"
        )),
    }
}
