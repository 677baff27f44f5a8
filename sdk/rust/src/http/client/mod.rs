//! Sending requests with retries.

mod build;
#[cfg(test)]
mod tests;

use std::time::Duration;

use http::{HeaderMap, Method};

use super::message::{Request, Response, SendError};
use super::retry;
use crate::error::Result;
use crate::runtime::Runtime;

pub use build::RequestBuilder;
use build::insert;

/// Most octets of an answer's body when the plugin sets nothing else. Less than the 8 MiB at which the host breaks an
/// answer off, so that the plugin can say what happened.
const BODY_CAP: usize = 6 << 20;
/// Longest time for one attempt when the plugin sets nothing else.
const ATTEMPT: Duration = Duration::from_secs(10);
/// Kept back of the call's deadline, so that a hanging provider is reported by the plugin and not by a killed call.
const MARGIN: Duration = Duration::from_millis(500);

/// A client bound to one call: nothing it does outlasts the call's deadline.
#[derive(Clone)]
pub struct Client<'a> {
    runtime: &'a dyn Runtime,
    ends: Duration,
    headers: HeaderMap,
    body_cap: usize,
    attempt: Duration,
}

impl std::fmt::Debug for Client<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Client")
            .field("ends", &self.ends)
            .field("body_cap", &self.body_cap)
            .finish_non_exhaustive()
    }
}

impl<'a> Client<'a> {
    pub(crate) fn new(runtime: &'a dyn Runtime, ends: Duration) -> Self {
        Self {
            runtime,
            ends,
            headers: HeaderMap::new(),
            body_cap: BODY_CAP,
            attempt: ATTEMPT,
        }
    }

    /// Sends this header with every request.
    ///
    /// # Errors
    /// [`Error::Other`] when name or value are no header.
    pub fn with_header(mut self, name: &str, value: &str) -> Result<Self> {
        insert(&mut self.headers, name, value)?;
        Ok(self)
    }

    /// Refuses answers whose body has more octets than this. 6 MiB by default; the host breaks off at 8 MiB.
    #[must_use]
    pub fn with_body_cap(mut self, octets: usize) -> Self {
        self.body_cap = octets;
        self
    }

    /// Longest time for one attempt, within the call's deadline. 10 s by default.
    #[must_use]
    pub fn with_attempt_timeout(mut self, time: Duration) -> Self {
        self.attempt = time;
        self
    }

    /// A GET request.
    pub fn get(&self, url: &str) -> RequestBuilder<'_, 'a> {
        self.request(Method::GET, url)
    }

    /// A POST request.
    pub fn post(&self, url: &str) -> RequestBuilder<'_, 'a> {
        self.request(Method::POST, url)
    }

    /// A PUT request.
    pub fn put(&self, url: &str) -> RequestBuilder<'_, 'a> {
        self.request(Method::PUT, url)
    }

    /// A PATCH request.
    pub fn patch(&self, url: &str) -> RequestBuilder<'_, 'a> {
        self.request(Method::PATCH, url)
    }

    /// A DELETE request.
    pub fn delete(&self, url: &str) -> RequestBuilder<'_, 'a> {
        self.request(Method::DELETE, url)
    }

    /// A request of any method.
    pub fn request(&self, method: Method, url: &str) -> RequestBuilder<'_, 'a> {
        RequestBuilder::new(self, method, url)
    }

    fn remaining(&self) -> Duration {
        self.ends
            .saturating_sub(self.runtime.now())
            .saturating_sub(MARGIN)
    }

    fn send(&self, mut request: Request) -> Result<Response, SendError> {
        let mut attempt = 1;
        loop {
            let remaining = self.remaining();
            if remaining.is_zero() {
                return Err(SendError::Unreachable(
                    "the call's time was over before the provider was asked".to_owned(),
                ));
            }
            request.timeout = self.attempt.min(remaining);
            let outcome = self.runtime.send(&request);
            match retry::wait(attempt, &request.method, &outcome, self.remaining()) {
                None => return outcome,
                Some(time) => self.runtime.sleep(time),
            }
            attempt += 1;
        }
    }
}
