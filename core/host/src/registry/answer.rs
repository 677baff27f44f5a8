use http::StatusCode;
use serde::Deserialize;

use super::{PullError, http::Answer};

/// An error answer (OCI distribution specification, "Error Codes").
#[derive(Deserialize)]
struct Errors {
    errors: Vec<ErrorItem>,
}

#[derive(Deserialize)]
struct ErrorItem {
    code: Option<String>,
    message: Option<String>,
}

/// The answer if it is one; otherwise the registry's error in words.
pub(super) async fn expect_ok(
    answer: Answer,
    reference: &str,
    error_bytes: u64,
) -> Result<Answer, PullError> {
    let status = answer.status;
    if status == StatusCode::OK {
        return Ok(answer);
    }
    let reference = reference.to_owned();
    if status == StatusCode::NOT_FOUND {
        return Err(PullError::NotFound { reference });
    }
    // An error that is too long or broken off is an error without words.
    let message = answer
        .read(error_bytes)
        .await
        .map_or_else(|_| String::new(), |bytes| words(&bytes));
    Err(match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            PullError::Unauthorized { reference, message }
        }
        _ => PullError::Refused {
            reference,
            status: status.as_u16(),
            message,
        },
    })
}

fn words(body: &[u8]) -> String {
    let item = serde_json::from_slice::<Errors>(body)
        .ok()
        .and_then(|errors| errors.errors.into_iter().next());
    let text = item
        .and_then(|item| item.message.or(item.code))
        .unwrap_or_default();
    let text: String = text
        .chars()
        .filter(|character| !character.is_control())
        .take(300)
        .collect();
    if text.is_empty() {
        "without saying why".to_owned()
    } else {
        text
    }
}
