//! What the API's errors mean. Pure.

use maquette_sdk::http::{Response, read_xml};
use maquette_sdk::{Error, Result, TransientError};

use crate::wire::{ErrorResponse, InvalidChangeBatch};

/// Wait after a throttled request, in milliseconds: five requests a second are allowed for each account.
const THROTTLED_MS: u64 = 1_000;

/// Why a request was not done.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A batch was refused as a whole; in the API's words.
    Refused(String),
    /// Anything else.
    Failed(Error),
}

/// A success, or what the answer means ("Common errors" and the errors of each action, Route 53's API reference).
pub(crate) fn check(answer: Response) -> Result<Response, Failure> {
    if answer.status.is_success() {
        return Ok(answer);
    }
    if let Ok(refused) = read_xml::<InvalidChangeBatch>(&answer) {
        return Err(Failure::Refused(refused.messages.items.join("; ")));
    }
    let error = read_xml::<ErrorResponse>(&answer)
        .ok()
        .and_then(|body| body.error.or(body.errors.map(|errors| errors.error)));
    let Some(error) = error else {
        return Err(Failure::Failed(answer.to_error()));
    };
    let said = format!("Route 53 says {}: {}", error.code, error.message);
    Err(match error.code.as_str() {
        "InvalidChangeBatch" => Failure::Refused(error.message),
        code => Failure::Failed(meaning(code, said, &answer)),
    })
}

fn meaning(code: &str, said: String, answer: &Response) -> Error {
    match code {
        "InvalidClientTokenId"
        | "SignatureDoesNotMatch"
        | "UnrecognizedClientException"
        | "ExpiredToken"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException"
        | "IncompleteSignature"
        | "InvalidSignatureException"
        | "RequestExpired" => Error::Unauthorized(said),
        "AccessDenied" | "AccessDeniedException" | "OptInRequired" => Error::Forbidden(said),
        "Throttling" | "ThrottlingException" | "RequestLimitExceeded" => Error::RateLimited(
            answer
                .retry_after()
                .and_then(|time| u64::try_from(time.as_millis()).ok())
                .unwrap_or(THROTTLED_MS),
        ),
        "PriorRequestNotComplete" => Error::Transient(TransientError {
            retry_after_ms: Some(THROTTLED_MS),
            message: said,
        }),
        "NoSuchHostedZone" => Error::NotFound(said),
        "LimitsExceeded" => Error::Quota(said),
        "InvalidInput" => Error::invalid("records", said),
        _ => answer.to_error(),
    }
}

/// What the refusal of one name's changes means.
pub(crate) fn refusal(why: &str) -> Error {
    let lost_race = [
        "already exists",
        "was not found",
        "do not match the current values",
        "conflicts with other records",
    ];
    if lost_race.iter().any(|text| why.contains(text)) {
        Error::conflict(None)
    } else {
        Error::invalid("records", format!("Route 53 does not accept it: {why}"))
    }
}

#[cfg(test)]
mod tests {
    use maquette_sdk::Error;
    use maquette_sdk::http::{HeaderMap, Response, StatusCode};

    use super::{Failure, check, refusal};

    fn failed(status: u16, body: &str) -> Failure {
        let answer = Response {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::new(),
            body: body.as_bytes().to_vec(),
        };
        check(answer).unwrap_err()
    }

    fn error(status: u16, code: &str) -> Error {
        let body = format!(
            "<ErrorResponse xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\"><Error><Type>Sender</Type>\
             <Code>{code}</Code><Message>words</Message></Error><RequestId>1</RequestId></ErrorResponse>"
        );
        match failed(status, &body) {
            Failure::Failed(error) => error,
            Failure::Refused(why) => panic!("{why}"),
        }
    }

    #[test]
    fn each_code_becomes_the_error_that_the_contract_names() {
        assert!(matches!(
            error(403, "SignatureDoesNotMatch"),
            Error::Unauthorized(_)
        ));
        assert!(matches!(error(403, "AccessDenied"), Error::Forbidden(_)));
        assert_eq!(error(400, "Throttling"), Error::RateLimited(1_000));
        assert!(matches!(
            error(400, "PriorRequestNotComplete"),
            Error::Transient(_)
        ));
        assert!(matches!(error(404, "NoSuchHostedZone"), Error::NotFound(_)));
        assert!(matches!(error(500, "InternalFailure"), Error::Transient(_)));
        assert!(matches!(error(400, "SomethingNew"), Error::Other(text) if text.contains("words")));
    }

    #[test]
    fn both_forms_of_a_refused_batch_are_read() {
        for body in [
            "<InvalidChangeBatch xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\"><Messages><Message>it \
             already exists</Message></Messages><RequestId>1</RequestId></InvalidChangeBatch>",
            "<ErrorResponse><Error><Code>InvalidChangeBatch</Code><Message>[it already exists]</Message></Error></ErrorResponse>",
        ] {
            assert!(
                matches!(failed(400, body), Failure::Refused(why) if why.contains("already exists"))
            );
        }
    }

    #[test]
    fn a_refusal_is_a_conflict_only_when_somebody_else_was_there() {
        assert_eq!(
            refusal("Tried to create … but it already exists"),
            Error::Conflict(None)
        );
        assert!(matches!(
            refusal("Invalid Resource Record: FATAL problem"),
            Error::Invalid(_)
        ));
    }
}
