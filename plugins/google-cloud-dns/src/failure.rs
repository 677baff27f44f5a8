//! What the API's errors mean. Pure.

use std::fmt;

use maquette_sdk::http::Response;
use maquette_sdk::{Error, Result, TransientError};

use crate::plan::Unit;
use crate::wire::{Complaint, ErrorBody, ErrorDetail};

/// Wait when too many requests were made and Google does not say how long, in milliseconds: its quotas are per minute.
const THROTTLED_MS: u64 = 60_000;
/// Reasons of refusals that mean that somebody else was there ("Error messages", Cloud DNS).
const LOST_RACE: [&str; 4] = [
    "alreadyExists",
    "conditionNotMet",
    "preconditionFailed",
    "cnameResourceRecordSetConflict",
];

/// Why a request was not done.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A change was refused as a whole for something in it.
    Refused(Refusal),
    /// Anything else.
    Failed(Error),
}

/// What Cloud DNS says against a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal(Vec<Complaint>);

impl Refusal {
    /// What each unit is blamed for: its position and the error. Empty where no unit is named, because the change is too
    /// large, for example.
    pub(crate) fn culprits(&self, units: &[Unit]) -> Vec<(usize, Error)> {
        let mut culprits: Vec<(usize, Error)> = Vec::new();
        for complaint in &self.0 {
            if let Some(position) = blamed(&complaint.message, units)
                && culprits.iter().all(|(known, _)| *known != position)
            {
                culprits.push((position, complaint.meaning()));
            }
        }
        culprits
    }

    /// Whether the zone takes no more, in whatever pieces it comes. Limits of one change are other ones.
    pub(crate) fn is_full(&self) -> bool {
        let full =
            |one: &Complaint| one.reason == "quotaExceeded" && !one.message.contains("per change");
        self.0.iter().any(full)
    }

    /// What it means for a unit that stands alone.
    pub(crate) fn meaning(&self) -> Error {
        self.0.first().map_or_else(
            || Error::Other("Cloud DNS refuses the change and does not say why".to_owned()),
            Complaint::meaning,
        )
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all: Vec<&str> = self.0.iter().map(|one| one.message.as_str()).collect();
        write!(formatter, "Cloud DNS says: {}", all.join("; "))
    }
}

impl Complaint {
    fn meaning(&self) -> Error {
        if LOST_RACE.contains(&self.reason.as_str()) {
            Error::conflict(None)
        } else if self.reason == "quotaExceeded" {
            Error::Quota(format!("Cloud DNS says: {}", self.message))
        } else {
            let message = format!("Cloud DNS does not accept it: {}", self.message);
            Error::invalid("records", message)
        }
    }
}

/// The unit that a message names: as `entity.change.additions[3]`, or as `entity.change.additions[www.example.com.][A]`.
fn blamed(message: &str, units: &[Unit]) -> Option<usize> {
    let (_, rest) = message.split_once("entity.change.")?;
    let (list, rest) = rest.split_once('[')?;
    let (element, _) = rest.split_once(']')?;
    let sets = |unit: &Unit| match list {
        "additions" => unit.additions.clone(),
        "deletions" => unit.deletions.clone(),
        _ => Vec::new(),
    };
    let Ok(mut index) = element.parse::<usize>() else {
        return units
            .iter()
            .position(|unit| sets(unit).iter().any(|set| set.name == element));
    };
    for (position, unit) in units.iter().enumerate() {
        let count = sets(unit).len();
        if index < count {
            return Some(position);
        }
        index -= count;
    }
    None
}

/// A success, or what the answer means.
pub(crate) fn check(answer: Response) -> Result<Response, Failure> {
    if answer.status.is_success() {
        return Ok(answer);
    }
    let Ok(ErrorBody { error }) = answer.json::<ErrorBody>() else {
        return Err(Failure::Failed(answer.to_error()));
    };
    let has = |reason: &str| error.errors.iter().any(|one| one.reason == reason);
    let said = format!("Google Cloud says: {}", error.message);
    Err(Failure::Failed(match answer.status.as_u16() {
        401 => Error::Unauthorized(said),
        403 if has("rateLimitExceeded") || has("userRateLimitExceeded") => throttled(&answer),
        403 if has("quotaExceeded") => return Err(Failure::Refused(refusal(error))),
        403 => Error::Forbidden(said),
        404 => Error::NotFound(said),
        429 => throttled(&answer),
        400 | 409 | 412 => return Err(Failure::Refused(refusal(error))),
        status if status >= 500 => Error::Transient(TransientError {
            retry_after_ms: answer.retry_after().and_then(milliseconds),
            message: said,
        }),
        _ => answer.to_error(),
    }))
}

fn refusal(error: ErrorDetail) -> Refusal {
    if error.errors.is_empty() {
        let (reason, message) = (String::new(), error.message);
        Refusal(vec![Complaint { reason, message }])
    } else {
        Refusal(error.errors)
    }
}

fn throttled(answer: &Response) -> Error {
    let asked = answer.retry_after().and_then(milliseconds);
    Error::RateLimited(asked.unwrap_or(THROTTLED_MS))
}

fn milliseconds(time: std::time::Duration) -> Option<u64> {
    u64::try_from(time.as_millis()).ok()
}

#[cfg(test)]
mod tests {
    use maquette_sdk::Error;
    use maquette_sdk::dns::{RecordSet, RecordType};
    use maquette_sdk::http::{HeaderMap, Response, StatusCode};
    use serde_json::json;

    use super::{Failure, Refusal, check};
    use crate::codec::encode;
    use crate::plan::Unit;

    fn failed(status: u16, reason: &str, message: &str) -> Failure {
        let body = json!({ "error": {
            "code": status, "message": message,
            "errors": [{ "domain": "global", "reason": reason, "message": message }],
        }});
        let answer = Response {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::new(),
            body: body.to_string().into_bytes(),
        };
        check(answer).unwrap_err()
    }

    fn error(status: u16, reason: &str) -> Error {
        match failed(status, reason, "words") {
            Failure::Failed(error) => error,
            Failure::Refused(why) => panic!("{why}"),
        }
    }

    fn refusal(status: u16, reason: &str, message: &str) -> Refusal {
        match failed(status, reason, message) {
            Failure::Refused(refusal) => refusal,
            Failure::Failed(error) => panic!("{error:?}"),
        }
    }

    fn unit(name: &str) -> Unit {
        let set = encode(&RecordSet {
            name: name.into(),
            kind: RecordType::A,
            ttl: 60,
            values: vec!["192.0.2.1".into()],
        });
        Unit {
            additions: vec![set.clone(), set.clone()],
            deletions: vec![set],
            ..Unit::default()
        }
    }

    #[test]
    fn each_status_and_reason_becomes_the_error_that_the_contract_names() {
        assert!(matches!(error(401, "authError"), Error::Unauthorized(_)));
        assert!(matches!(error(403, "forbidden"), Error::Forbidden(_)));
        assert!(matches!(
            error(403, "accessNotConfigured"),
            Error::Forbidden(_)
        ));
        for (status, reason) in [
            (403, "rateLimitExceeded"),
            (403, "userRateLimitExceeded"),
            (429, "rateLimitExceeded"),
        ] {
            assert_eq!(error(status, reason), Error::RateLimited(60_000));
        }
        assert!(matches!(error(404, "notFound"), Error::NotFound(_)));
        assert!(matches!(error(503, "backendError"), Error::Transient(_)));
    }

    #[test]
    fn a_refusal_is_a_conflict_only_when_somebody_else_was_there() {
        for (status, reason) in [
            (409, "alreadyExists"),
            (412, "conditionNotMet"),
            (400, "cnameResourceRecordSetConflict"),
        ] {
            assert_eq!(
                refusal(status, reason, "words").meaning(),
                Error::Conflict(None)
            );
        }
        assert!(matches!(
            refusal(400, "invalid", "words").meaning(),
            Error::Invalid(error) if error.message.contains("words")
        ));
        assert!(matches!(
            refusal(403, "quotaExceeded", "words").meaning(),
            Error::Quota(_)
        ));
    }

    #[test]
    fn a_change_that_is_too_large_is_no_zone_that_is_full() {
        let full = |message: &str| refusal(403, "quotaExceeded", message).is_full();
        assert!(!full(
            "The change would exceed quota for additions per change."
        ));
        assert!(full(
            "The change would exceed quota for resource record sets per managed zone."
        ));
    }

    #[test]
    fn the_culprit_is_found_by_its_place_and_by_its_name() {
        let units = [unit("a.test"), unit("b.test"), unit("c.test")];
        let position = |place: &str| {
            let message = format!("Precondition not met for 'entity.change.{place}'");
            let culprits = refusal(412, "conditionNotMet", &message).culprits(&units);
            culprits.first().map(|(position, _)| *position)
        };
        assert_eq!(position("additions[1]"), Some(0));
        assert_eq!(position("additions[2]"), Some(1));
        assert_eq!(position("deletions[2]"), Some(2));
        assert_eq!(position("additions[b.test.][A]"), Some(1));
        assert_eq!(position("additions[6]"), None);
        assert_eq!(position("additions"), None);
    }
}
