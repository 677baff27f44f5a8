//! Whether to ask again. Pure.

use std::time::Duration;

use http::Method;

use super::message::{Response, SendError};

/// Most attempts for one request.
const MAX_ATTEMPTS: u32 = 3;
/// Wait before the second attempt when the provider does not say; doubles.
const FIRST_WAIT: Duration = Duration::from_millis(200);
/// Longest wait inside of a call. A longer one is the core's business: it must not occupy a call.
const MAX_WAIT: Duration = Duration::from_secs(5);

/// How long to wait before attempt `attempt + 1` (the first is 1); nothing when the outcome stands.
///
/// A request whose method is not idempotent is repeated only where it is certain that nothing was done. Nothing is
/// repeated that cannot end within `remaining`.
pub(super) fn wait(
    attempt: u32,
    method: &Method,
    outcome: &Result<Response, SendError>,
    remaining: Duration,
) -> Option<Duration> {
    if attempt >= MAX_ATTEMPTS {
        return None;
    }
    let backoff = FIRST_WAIT.saturating_mul(1 << attempt.saturating_sub(1).min(8));
    let time = match outcome {
        Ok(answer) => match answer.status.as_u16() {
            429 | 503 => answer.retry_after().unwrap_or(backoff),
            500 | 502 | 504 if method.is_idempotent() => answer.retry_after().unwrap_or(backoff),
            _ => return None,
        },
        Err(SendError::Unreachable(_)) => backoff,
        Err(SendError::Interrupted(_)) if method.is_idempotent() => backoff,
        Err(_) => return None,
    };
    (time <= MAX_WAIT && time.saturating_add(FIRST_WAIT) < remaining).then_some(time)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

    use super::wait;
    use crate::http::{Response, SendError};

    const LONG: Duration = Duration::from_secs(30);

    #[expect(
        clippy::unnecessary_wraps,
        reason = "it stands beside outcomes that are errors"
    )]
    fn status(status: u16, retry_after: Option<&'static str>) -> Result<Response, SendError> {
        let mut headers = HeaderMap::new();
        if let Some(value) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static(value));
        }
        Ok(Response {
            status: StatusCode::from_u16(status).unwrap(),
            headers,
            body: Vec::new(),
        })
    }

    #[test]
    fn retry_after_is_honoured_and_otherwise_the_wait_doubles() {
        assert_eq!(
            wait(1, &Method::GET, &status(429, Some("2")), LONG),
            Some(Duration::from_secs(2))
        );
        assert_eq!(
            wait(1, &Method::GET, &status(503, None), LONG),
            Some(Duration::from_millis(200))
        );
        assert_eq!(
            wait(2, &Method::GET, &status(503, None), LONG),
            Some(Duration::from_millis(400))
        );
        assert_eq!(wait(3, &Method::GET, &status(503, None), LONG), None);
    }

    #[test]
    fn a_wait_that_does_not_fit_the_deadline_or_would_occupy_the_call_is_left_to_the_core() {
        assert_eq!(
            wait(
                1,
                &Method::GET,
                &status(429, Some("2")),
                Duration::from_secs(2)
            ),
            None
        );
        assert_eq!(
            wait(
                1,
                &Method::GET,
                &status(429, Some("60")),
                Duration::from_mins(5)
            ),
            None
        );
    }

    #[test]
    fn what_may_have_been_done_is_repeated_only_when_that_is_harmless() {
        let lost = Err(SendError::Interrupted("reset".into()));
        assert!(wait(1, &Method::GET, &lost, LONG).is_some());
        assert!(wait(1, &Method::PATCH, &lost, LONG).is_none());
        assert!(wait(1, &Method::PATCH, &status(502, None), LONG).is_none());
        assert!(wait(1, &Method::PATCH, &status(429, None), LONG).is_some());
        assert!(
            wait(
                1,
                &Method::PATCH,
                &Err(SendError::Unreachable("refused".into())),
                LONG
            )
            .is_some()
        );
    }

    #[test]
    fn an_answer_that_will_not_change_is_not_asked_for_again() {
        for code in [200, 204, 400, 401, 403, 404, 409, 422] {
            assert_eq!(
                wait(1, &Method::GET, &status(code, Some("0")), LONG),
                None,
                "{code}"
            );
        }
        for error in [
            SendError::Denied("x".into()),
            SendError::TooLarge(1),
            SendError::Malformed("x".into()),
        ] {
            assert_eq!(wait(1, &Method::GET, &Err(error), LONG), None);
        }
    }
}
