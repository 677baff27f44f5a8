//! DNS messages over TCP to a granted server, signed and verified by the host (RFC 8945).

use std::fmt;
use std::time::Duration;

pub use crate::raw::base::maquette::plugin::dns_transport::TransportError;

use crate::error::{Error, Result};
use crate::runtime::Runtime;

/// Kept back of the call's deadline, so that a hanging server is reported by the plugin and not by a killed call.
const MARGIN: Duration = Duration::from_millis(500);

/// The way to one DNS server, within one call.
#[derive(Clone, Copy)]
pub struct Transport<'a> {
    runtime: &'a dyn Runtime,
    ends: Duration,
    server: &'a str,
    key: Option<&'a str>,
}

impl fmt::Debug for Transport<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Transport")
            .field("server", &self.server)
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

impl<'a> Transport<'a> {
    pub(crate) fn new(
        runtime: &'a dyn Runtime,
        ends: Duration,
        server: &'a str,
        key: Option<&'a str>,
    ) -> Self {
        Self {
            runtime,
            ends,
            server,
            key,
        }
    }

    /// Sends one message without signature and gives its answer without signature. With a key it is signed, and an
    /// answer that is not signed by it is an error.
    ///
    /// # Errors
    /// Those of [`TransportError`], as the contract names them. An answer with an error code is none.
    pub fn exchange(&self, message: &[u8]) -> Result<Vec<u8>> {
        let left = self.left()?;
        self.runtime
            .dns_exchange(self.server, self.key, message, left)
            .map_err(|error| self.named(error))
    }

    /// Transfers a zone (AXFR, RFC 5936): the messages of the answer in their order.
    ///
    /// # Errors
    /// Those of [`TransportError`], as the contract names them. An answer with an error code is none.
    pub fn transfer(&self, zone: &str) -> Result<Vec<Vec<u8>>> {
        let left = self.left()?;
        self.runtime
            .dns_transfer(self.server, self.key, zone, left)
            .map_err(|error| self.named(error))
    }

    fn left(&self) -> Result<Duration> {
        let left = self
            .ends
            .saturating_sub(self.runtime.now())
            .saturating_sub(MARGIN);
        if left.is_zero() {
            let message = "the call's time was over before the server was asked";
            return Err(Error::transient(message));
        }
        Ok(left)
    }

    fn named(&self, error: TransportError) -> Error {
        match error {
            TransportError::Credential(why) => {
                let key = self.key.unwrap_or_default();
                Error::Unauthorized(format!(
                    "the credential `{key}` is not available: {why}; add it to the Provider under spec.credentials.{key}"
                ))
            }
            TransportError::NotGranted(text) => Error::Forbidden(text),
            TransportError::Malformed(text) | TransportError::Other(text) => Error::Other(text),
            TransportError::Unauthorized(text) => Error::Unauthorized(text),
            TransportError::Unreachable(text) | TransportError::Answer(text) => {
                Error::transient(text)
            }
        }
    }
}
