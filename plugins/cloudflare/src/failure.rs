//! What the API's errors mean. Pure.
//!
//! Cloudflare publishes no list of its codes; these are the ones that its services are known to answer.

use maquette_sdk::http::Response;
use maquette_sdk::{Error, Result, TransientError};

use crate::envelope::{Complaint, Envelope};

/// A request that ran into the limit blocks all others for five minutes ("Rate limits", Cloudflare's API reference).
const BLOCKED_MS: u64 = 300_000;
/// The token is none: malformed, unknown, expired, or in another form.
const NO_TOKEN: [u32; 6] = [1000, 6003, 6111, 9103, 9106, 9107];
/// Somebody else was there: a record that exists already, that conflicts with another, or that is gone.
const LOST_RACE: [u32; 7] = [81044, 81053, 81054, 81055, 81056, 81057, 81058];
/// The zone takes no more records.
const FULL: [u32; 1] = [81045];
/// There is no such object, or no such object for this token.
const UNKNOWN: [u32; 3] = [1001, 7000, 7003];

/// Why a request was not done.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It was refused as a whole for something in it.
    Refused(Refusal),
    /// Anything else.
    Failed(Error),
}

impl Failure {
    /// The error of a request that stands alone.
    pub(crate) fn into_error(self) -> Error {
        match self {
            Self::Refused(refusal) => refusal.meaning("request"),
            Self::Failed(error) => error,
        }
    }
}

/// What Cloudflare says against a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    status: u16,
    complaints: Vec<Complaint>,
}

impl Refusal {
    /// Whether one of these codes was given.
    pub(crate) fn has(&self, codes: &[u32]) -> bool {
        self.complaints.iter().any(|one| one.is_one_of(codes))
    }

    /// Whether the zone takes no more records.
    pub(crate) fn is_full(&self) -> bool {
        self.has(&FULL)
    }

    /// Whether what was asked for is not there.
    pub(crate) fn is_absent(&self) -> bool {
        self.status == 404
    }

    /// All that is said.
    pub(crate) fn said(&self) -> String {
        said(&self.complaints)
    }

    /// What it means for a request, or a part of one, that stands alone; `path` is the field that it comes from.
    pub(crate) fn meaning(&self, path: &str) -> Error {
        if self.has(&LOST_RACE) {
            Error::conflict(None)
        } else if self.is_full() {
            Error::Quota(self.said())
        } else {
            let message = format!("Cloudflare does not accept it: {}", texts(&self.complaints));
            Error::invalid(path, message)
        }
    }
}

/// A success, or what the answer means.
pub(crate) fn check(answer: Response) -> Result<Response, Failure> {
    if answer.status.is_success() {
        return Ok(answer);
    }
    let status = answer.status.as_u16();
    if status == 429 {
        return Err(Failure::Failed(throttled(&answer)));
    }
    let complaints = match answer.json::<Envelope<()>>() {
        Ok(envelope) if !envelope.errors.is_empty() => envelope.errors,
        _ => return Err(Failure::Failed(answer.to_error())),
    };
    let has = |codes: &[u32]| complaints.iter().any(|one| one.is_one_of(codes));
    let expired = complaints
        .iter()
        .any(|one| one.code == 9109 && one.message.contains("access token"));
    Err(Failure::Failed(match status {
        _ if has(&NO_TOKEN) || expired => Error::Unauthorized(said(&complaints)),
        401 => Error::Unauthorized(said(&complaints)),
        403 => Error::Forbidden(said(&complaints)),
        _ if has(&UNKNOWN) => Error::NotFound(said(&complaints)),
        500.. => Error::Transient(TransientError {
            retry_after_ms: answer.retry_after().map(milliseconds),
            message: said(&complaints),
        }),
        400 | 404 | 409 | 413 | 422 => {
            return Err(Failure::Refused(Refusal { status, complaints }));
        }
        _ => Error::Other(said(&complaints)),
    }))
}

fn throttled(answer: &Response) -> Error {
    let asked = answer
        .retry_after()
        .or_else(|| answer.rate_limit().map(|limit| limit.resets_in));
    Error::RateLimited(asked.map_or(BLOCKED_MS, milliseconds))
}

pub(crate) fn milliseconds(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn said(complaints: &[Complaint]) -> String {
    format!("Cloudflare says: {}", texts(complaints))
}

fn texts(complaints: &[Complaint]) -> String {
    let all: Vec<String> = complaints.iter().map(Complaint::text).collect();
    all.join("; ")
}

#[cfg(test)]
mod tests {
    use maquette_sdk::Error;
    use maquette_sdk::http::{HeaderMap, Response, StatusCode};
    use serde_json::{Value, json};

    use super::{Failure, check};

    fn answer(status: u16, headers: &[(&'static str, &'static str)], body: &Value) -> Response {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        Response {
            status: StatusCode::from_u16(status).unwrap(),
            headers: map,
            body: body.to_string().into_bytes(),
        }
    }

    fn failed(status: u16, errors: &Value) -> Failure {
        let body = json!({ "success": false, "errors": errors, "messages": [], "result": null });
        check(answer(status, &[], &body)).unwrap_err()
    }

    fn error(status: u16, code: u32, message: &str) -> Error {
        failed(status, &json!([{ "code": code, "message": message }])).into_error()
    }

    #[test]
    fn each_status_and_code_becomes_the_error_that_the_contract_names() {
        for (status, code, message) in [
            (400, 6003, "Invalid request headers"),
            (401, 10000, "Authentication error"),
            (403, 9109, "Invalid access token"),
        ] {
            assert!(matches!(
                error(status, code, message),
                Error::Unauthorized(_)
            ));
        }
        for (code, message) in [
            (10000, "Authentication error"),
            (9109, "Unauthorized to access requested resource"),
        ] {
            assert!(matches!(error(403, code, message), Error::Forbidden(_)));
        }
        let unknown = "Could not route to /zones/1, perhaps your object identifier is invalid?";
        assert!(matches!(error(404, 7003, unknown), Error::NotFound(_)));
        assert!(matches!(error(503, 10013, "later"), Error::Transient(_)));
        for code in [81044, 81053, 81054, 81057, 81058] {
            assert_eq!(error(400, code, "words"), Error::Conflict(None));
        }
        assert!(matches!(error(400, 81045, "full"), Error::Quota(_)));
    }

    #[test]
    fn a_refusal_says_what_is_behind_its_heading() {
        let chain = json!([{ "code": 9005, "message": "Content for A record must be a valid IPv4 address." }]);
        let error = failed(
            400,
            &json!([{ "code": 1004, "message": "DNS Validation Error", "error_chain": chain }]),
        )
        .into_error();
        assert!(
            matches!(&error, Error::Invalid(why) if why.message.contains("valid IPv4") && why.message.contains("9005")),
            "{error:?}"
        );
    }

    #[test]
    fn the_time_to_wait_is_cloudflares_own_and_five_minutes_where_it_says_none() {
        let wait = |headers: &[(&'static str, &'static str)]| match check(answer(
            429,
            headers,
            &json!({}),
        )) {
            Err(Failure::Failed(Error::RateLimited(wait))) => wait,
            other => panic!("{other:?}"),
        };
        assert_eq!(wait(&[("retry-after", "90")]), 90_000);
        assert_eq!(wait(&[("ratelimit", "\"default\";r=0;t=30")]), 30_000);
        assert_eq!(wait(&[]), 300_000);
    }
}
