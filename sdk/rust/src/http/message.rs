//! Requests, answers, and what an answer means.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::{HeaderMap, Method, StatusCode, Uri, header};
use serde::de::DeserializeOwned;
use thiserror::Error as ThisError;

use super::limit::RateLimit;
use crate::error::{Error, Result, TransientError};

/// The bounds of a wait until a moment that a provider names: clocks differ.
const SHORTEST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_hours(1);
/// Most characters of a provider's answer that an error quotes.
const QUOTE: usize = 300;

/// One request, complete.
#[derive(Debug, Clone)]
pub struct Request {
    /// Method.
    pub method: Method,
    /// Absolute URI.
    pub uri: Uri,
    /// Headers; credentials in them are placeholders.
    pub headers: HeaderMap,
    /// Body; empty for none.
    pub body: Vec<u8>,
    /// Time after which the answer is not waited for any longer.
    pub timeout: Duration,
    /// Most octets of the answer's body.
    pub body_cap: usize,
}

/// One answer, read to its end.
#[derive(Debug, Clone)]
pub struct Response {
    /// Status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, ThisError)]
pub enum SendError {
    /// The host does not let the plugin reach this origin.
    #[error(
        "the Provider does not grant access to {0}; add it under spec.egress if the plugin shall reach it"
    )]
    Denied(String),
    /// The provider was not reached at all, so it did nothing.
    #[error("{0}")]
    Unreachable(String),
    /// No complete answer came; the provider may have done what was asked.
    #[error("{0}")]
    Interrupted(String),
    /// The answer's body is larger than the cap, in octets.
    #[error(
        "the provider's answer has more than {0} octets, which is more than the plugin accepts"
    )]
    TooLarge(usize),
    /// The request cannot be sent as it is.
    #[error("{0}")]
    Malformed(String),
}

impl From<SendError> for Error {
    fn from(error: SendError) -> Self {
        match &error {
            SendError::Denied(_) => Self::Forbidden(error.to_string()),
            SendError::Unreachable(_) | SendError::Interrupted(_) => {
                Self::transient(error.to_string())
            }
            SendError::TooLarge(_) | SendError::Malformed(_) => Self::Other(error.to_string()),
        }
    }
}

impl Response {
    /// The body as JSON.
    ///
    /// # Errors
    /// [`Error::Transient`] when it is none: something in between answered, or the provider is broken for now.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(&self.body).map_err(|error| {
            Error::transient(format!(
                "the provider's answer is not what its interface promises: {error}"
            ))
        })
    }

    /// This answer if its status is a success.
    ///
    /// # Errors
    /// 401, 403, 404, 429, 5xx and others as the contract names them, quoting the start of the body.
    pub fn success(self) -> Result<Self> {
        if self.status.is_success() {
            Ok(self)
        } else {
            Err(self.to_error())
        }
    }

    /// What this answer means when it is no success.
    pub fn to_error(&self) -> Error {
        let said = format!("the provider answered {}{}", self.status, self.quote());
        match self.status.as_u16() {
            401 => Error::Unauthorized(said),
            403 => match self.wait_of_forbidden() {
                // GitHub's answer to too many requests.
                Some(wait) => Error::RateLimited(milliseconds(wait)),
                None => Error::Forbidden(said),
            },
            404 | 410 => Error::NotFound(said),
            409 | 412 => Error::Conflict(None),
            429 => Error::RateLimited(milliseconds(
                self.retry_after()
                    .or_else(|| self.rate_limit().map(|limit| limit.resets_in))
                    .unwrap_or(Duration::from_secs(1)),
            )),
            408 | 425 | 500..=599 => Error::Transient(TransientError {
                retry_after_ms: self.retry_after().map(milliseconds),
                message: said,
            }),
            _ => Error::Other(said),
        }
    }

    /// Time to wait that the provider asks for, where it says so in seconds (RFC 9110, section 10.2.3). A date is
    /// not read: it would need a clock that agrees with the provider's.
    pub fn retry_after(&self) -> Option<Duration> {
        let seconds = self
            .headers
            .get(header::RETRY_AFTER)?
            .to_str()
            .ok()?
            .trim()
            .parse()
            .ok()?;
        Some(Duration::from_secs(seconds))
    }

    /// How long to wait where 403 means too many requests: it names a time, or says that no request is left
    /// (<https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api>).
    fn wait_of_forbidden(&self) -> Option<Duration> {
        let number = |name: &str| {
            let value = self.headers.get(name)?.to_str().ok()?;
            value.trim().parse::<u64>().ok()
        };
        if let Some(wait) = self.retry_after() {
            return Some(wait);
        }
        number("x-ratelimit-remaining").filter(|left| *left == 0)?;
        // A moment, in seconds since 1970.
        let reset = Duration::from_secs(number("x-ratelimit-reset").unwrap_or_default());
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Some(reset.saturating_sub(now).clamp(SHORTEST_WAIT, LONGEST_WAIT))
    }

    /// The URL of the next page as the answer writes it (`Link: <URL>; rel="next"`, RFC 8288). It may be relative.
    pub fn next_link(&self) -> Option<&str> {
        let mut lines = self.headers.get_all(header::LINK).iter();
        lines.find_map(|line| {
            line.to_str().ok()?.split(',').find_map(|link| {
                let (url, parameters) = link.trim().strip_prefix('<')?.split_once('>')?;
                let mut parameters = parameters.split(';').map(str::trim);
                let is_next = |it: &str| matches!(it, "rel=\"next\"" | "rel=next");
                parameters.any(is_next).then_some(url)
            })
        })
    }

    /// How many requests the provider still takes, where it says so.
    pub fn rate_limit(&self) -> Option<RateLimit> {
        RateLimit::of(&self.headers)
    }

    /// The start of the body, after a colon, on one line; empty when it is no text.
    fn quote(&self) -> String {
        let text = String::from_utf8_lossy(&self.body);
        let line: String = text
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .chars()
            .take(QUOTE)
            .collect();
        if line.is_empty()
            || line.contains(|c: char| c.is_control() || c == char::REPLACEMENT_CHARACTER)
        {
            String::new()
        } else {
            format!(": {line}")
        }
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

    use super::Response;
    use crate::error::{Error, TransientError};

    fn answer(status: u16, retry_after: Option<&'static str>, body: &[u8]) -> Response {
        let mut headers = HeaderMap::new();
        if let Some(value) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static(value));
        }
        Response {
            status: StatusCode::from_u16(status).unwrap(),
            headers,
            body: body.to_vec(),
        }
    }

    #[test]
    fn each_status_becomes_the_error_that_the_contract_names() {
        let error =
            |status, retry_after| answer(status, retry_after, b"{\"error\":\n \"no\"}").to_error();
        let said = |status: &str| format!("the provider answered {status}: {{\"error\": \"no\"}}");
        assert_eq!(
            error(401, None),
            Error::Unauthorized(said("401 Unauthorized"))
        );
        assert_eq!(error(403, None), Error::Forbidden(said("403 Forbidden")));
        assert_eq!(error(403, Some("30")), Error::RateLimited(30_000));
        assert_eq!(error(404, None), Error::NotFound(said("404 Not Found")));
        assert_eq!(error(409, None), Error::Conflict(None));
        assert_eq!(error(429, Some("7")), Error::RateLimited(7_000));
        assert_eq!(
            error(429, Some("Wed, 21 Oct 2026 07:28:00 GMT")),
            Error::RateLimited(1_000)
        );
        assert_eq!(
            error(503, Some("2")),
            Error::Transient(TransientError {
                retry_after_ms: Some(2_000),
                message: said("503 Service Unavailable")
            })
        );
        assert_eq!(
            error(500, None),
            Error::transient(said("500 Internal Server Error"))
        );
        assert_eq!(error(418, None), Error::Other(said("418 I'm a teapot")));
    }

    #[test]
    fn a_forbidden_request_after_the_last_one_that_was_left_waits() {
        let limited = |headers: &[(&'static str, &'static str)]| {
            let mut answer = answer(403, None, b"");
            for (name, value) in headers {
                let value = HeaderValue::from_static(value);
                answer.headers.insert(HeaderName::from_static(name), value);
            }
            answer.to_error()
        };
        let left = |count| [("x-ratelimit-remaining", count), ("x-ratelimit-reset", "1")];
        assert_eq!(limited(&left("0")), Error::RateLimited(1_000));
        assert!(matches!(limited(&left("9")), Error::Forbidden(_)));
        let far = [
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset", "9223372036854775808"),
        ];
        assert_eq!(limited(&far), Error::RateLimited(3_600_000));
    }

    #[test]
    fn the_next_page_is_the_link_of_that_relation() {
        let mut answer = answer(200, None, b"");
        assert_eq!(answer.next_link(), None);
        let links = "</a?page=1>; rel=\"prev\", <https://git.test/a?page=3>; rel=\"next\"; title=x";
        answer
            .headers
            .insert(header::LINK, HeaderValue::from_static(links));
        assert_eq!(answer.next_link(), Some("https://git.test/a?page=3"));
    }

    #[test]
    fn a_binary_or_endless_answer_is_not_quoted_in_full() {
        assert_eq!(
            answer(418, None, &[0xff, 0x00]).to_error(),
            Error::Other("the provider answered 418 I'm a teapot".into())
        );
        let Error::Other(text) = answer(418, None, &[b'x'; 10_000]).to_error() else {
            panic!()
        };
        assert!(text.len() < 400, "{}", text.len());
    }

    #[test]
    fn garbage_in_place_of_json_passes_as_a_transient_fault() {
        let error = answer(200, None, b"<html>").json::<u32>().unwrap_err();
        assert!(matches!(error, Error::Transient(_)), "{error:?}");
    }
}
