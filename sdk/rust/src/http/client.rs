//! Building requests and sending them with retries.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header};
use serde::Serialize;

use super::message::{Request, Response, SendError};
use super::retry;
use crate::error::{Error, Result};
use crate::runtime::Runtime;

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
        RequestBuilder {
            client: self,
            method,
            url: url.to_owned(),
            headers: Ok(self.headers.clone()),
            body: Vec::new(),
        }
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

/// A request that is being built.
#[derive(Debug)]
pub struct RequestBuilder<'c, 'a> {
    client: &'c Client<'a>,
    method: Method,
    url: String,
    headers: Result<HeaderMap>,
    body: Vec<u8>,
}

impl RequestBuilder<'_, '_> {
    /// Adds a header; [`RequestBuilder::send`] fails when name or value are none.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers = self
            .headers
            .and_then(|mut headers| insert(&mut headers, name, value).map(|()| headers));
        self
    }

    /// Sends this value as JSON.
    #[must_use]
    pub fn json<T: Serialize>(mut self, value: &T) -> Self {
        match serde_json::to_vec(value) {
            Ok(body) => self.body = body,
            Err(error) => {
                self.headers = Err(Error::Other(format!(
                    "a request cannot be written as JSON: {error}"
                )));
            }
        }
        self.header(header::CONTENT_TYPE.as_str(), "application/json")
    }

    /// Sends the request; asks again where that is harmless and the deadline allows it. An answer with a failing
    /// status is returned as it is: see [`Response::success`].
    ///
    /// # Errors
    /// Those of [`SendError`], as the contract names them.
    pub fn send(self) -> Result<Response> {
        let uri: Uri = self.url.parse().map_err(|error| {
            Error::Other(format!(
                "`{}` is no URL that can be requested: {error}",
                self.url
            ))
        })?;
        let request = Request {
            method: self.method,
            uri,
            headers: self.headers?,
            body: self.body,
            timeout: Duration::ZERO,
            body_cap: self.client.body_cap,
        };
        Ok(self.client.send(request)?)
    }
}

fn insert(headers: &mut HeaderMap, name: &str, value: &str) -> Result<()> {
    let name = HeaderName::try_from(name)
        .map_err(|error| Error::Other(format!("`{name}` is no header: {error}")))?;
    let value = HeaderValue::try_from(value).map_err(|error| {
        Error::Other(format!(
            "the value for the header `{name}` cannot be sent: {error}"
        ))
    })?;
    headers.insert(name, value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};
    use std::collections::VecDeque;
    use std::time::Duration;

    use http::{HeaderMap, HeaderValue, StatusCode, header};

    use super::Client;
    use crate::error::Error;
    use crate::http::{Request, Response, SendError};
    use crate::runtime::{CredentialError, Level, Runtime};

    /// Answers from a list, on a clock that moves only when somebody waits.
    #[derive(Default)]
    struct Script {
        answers: RefCell<VecDeque<Result<Response, SendError>>>,
        requests: RefCell<Vec<Request>>,
        clock: Cell<Duration>,
    }

    impl Runtime for Script {
        fn send(&self, request: &Request) -> Result<Response, SendError> {
            self.requests.borrow_mut().push(request.clone());
            self.answers
                .borrow_mut()
                .pop_front()
                .expect("one request too many")
        }
        fn credential(&self, _: &str) -> Result<String, CredentialError> {
            unreachable!()
        }
        fn hmac_sha256(
            &self,
            _: &str,
            _: &[u8],
            _: &[Vec<u8>],
        ) -> Result<Vec<u8>, CredentialError> {
            unreachable!()
        }
        fn log(&self, _: Level, _: &str) {}
        fn sleep(&self, time: Duration) {
            self.clock.set(self.clock.get() + time);
        }
        fn now(&self) -> Duration {
            self.clock.get()
        }
    }

    fn script(answers: impl IntoIterator<Item = Result<Response, SendError>>) -> Script {
        Script {
            answers: RefCell::new(answers.into_iter().collect()),
            ..Script::default()
        }
    }

    #[expect(
        clippy::unnecessary_wraps,
        reason = "it stands beside outcomes that are errors"
    )]
    fn status(code: u16, retry_after: &'static str) -> Result<Response, SendError> {
        let headers =
            HeaderMap::from_iter([(header::RETRY_AFTER, HeaderValue::from_static(retry_after))]);
        Ok(Response {
            status: StatusCode::from_u16(code).unwrap(),
            headers,
            body: b"true".to_vec(),
        })
    }

    #[test]
    fn a_busy_provider_is_asked_again_after_the_time_it_named() {
        let script = script([status(429, "2"), status(200, "")]);
        let answer = Client::new(&script, Duration::from_secs(30))
            .get("http://a/b")
            .send()
            .unwrap();
        assert!(answer.success().unwrap().json::<bool>().unwrap());
        assert_eq!(script.clock.get(), Duration::from_secs(2));
    }

    #[test]
    fn no_attempt_outlasts_the_call() {
        let script = script([status(503, "4"), status(503, "4")]);
        let client = Client::new(&script, Duration::from_secs(6))
            .with_attempt_timeout(Duration::from_mins(1));
        let error = client
            .get("http://a/b")
            .send()
            .unwrap()
            .success()
            .unwrap_err();
        assert!(matches!(error, Error::Transient(_)), "{error:?}");
        let timeouts: Vec<_> = script
            .requests
            .borrow()
            .iter()
            .map(|request| request.timeout)
            .collect();
        assert_eq!(
            timeouts,
            [Duration::from_millis(5_500), Duration::from_millis(1_500)]
        );
    }

    #[test]
    fn a_call_without_time_left_asks_nobody() {
        let script = script([]);
        let error = Client::new(&script, Duration::from_millis(400))
            .get("http://a/b")
            .send()
            .unwrap_err();
        assert!(matches!(error, Error::Transient(_)), "{error:?}");
    }

    #[test]
    fn headers_and_json_are_sent_and_what_is_no_header_is_an_error() {
        let script = script([status(200, "")]);
        let client = Client::new(&script, Duration::from_secs(6))
            .with_header("X-API-Key", "k")
            .unwrap();
        client.patch("http://a/b?c=d").json(&[1]).send().unwrap();
        let request = script.requests.borrow().first().cloned().unwrap();
        assert_eq!(
            (request.uri.to_string().as_str(), request.body.as_slice()),
            ("http://a/b?c=d", b"[1]".as_slice())
        );
        assert_eq!(request.headers.get("x-api-key").unwrap(), "k");
        assert_eq!(
            request.headers.get("content-type").unwrap(),
            "application/json"
        );
        assert!(matches!(
            client.get("http://a/b").header("a\r\nb", "c").send(),
            Err(Error::Other(_))
        ));
        assert!(matches!(
            client.get("not a url").send(),
            Err(Error::Other(_))
        ));
    }
}
