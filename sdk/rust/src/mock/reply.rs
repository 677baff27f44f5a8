use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::Serialize;

use crate::http::{Response, SendError};

/// One answer of the mock.
#[derive(Debug, Clone)]
pub struct Reply(Result<Response, SendError>);

impl Reply {
    /// An answer with this status and no body.
    ///
    /// # Panics
    /// The status is none.
    pub fn status(status: u16) -> Self {
        let Ok(status) = StatusCode::from_u16(status) else {
            panic!("{status} is no HTTP status")
        };
        Self(Ok(Response {
            status,
            headers: HeaderMap::new(),
            body: Vec::new(),
        }))
    }

    /// An answer with a body.
    ///
    /// # Panics
    /// The status is none.
    pub fn text(status: u16, body: &str) -> Self {
        let mut reply = Self::status(status);
        if let Ok(response) = &mut reply.0 {
            response.body = body.as_bytes().to_vec();
        }
        reply
    }

    /// An answer with a value as JSON.
    ///
    /// # Panics
    /// The status is none, or the value cannot be written as JSON.
    pub fn json<T: Serialize + ?Sized>(status: u16, value: &T) -> Self {
        match serde_json::to_string(value) {
            Ok(body) => Self::text(status, &body).header("content-type", "application/json"),
            Err(error) => panic!("the value cannot be written as JSON: {error}"),
        }
    }

    /// The same answer with one header more.
    ///
    /// # Panics
    /// Name or value are no header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value))
        else {
            panic!("`{name}: {value}` is no header")
        };
        if let Ok(response) = &mut self.0 {
            response.headers.append(name, value);
        }
        self
    }

    /// The server cannot be reached, so it did nothing.
    pub fn unreachable() -> Self {
        Self(Err(SendError::Unreachable(
            "the mock refuses the connection".to_owned(),
        )))
    }

    /// The answer is lost: the server may have done what was asked.
    pub fn lost() -> Self {
        Self(Err(SendError::Interrupted(
            "the mock lost the answer".to_owned(),
        )))
    }

    /// The Provider does not grant this server.
    pub fn denied() -> Self {
        Self(Err(SendError::Denied("the server of the test".to_owned())))
    }
}

impl From<Reply> for Result<Response, SendError> {
    fn from(reply: Reply) -> Self {
        reply.0
    }
}
