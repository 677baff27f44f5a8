//! A client against a runtime that answers from a list.

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
    let client =
        Client::new(&script, Duration::from_secs(6)).with_attempt_timeout(Duration::from_mins(1));
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
