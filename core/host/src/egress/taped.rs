//! Requests with a tape between plugin and server: kept on their way, or answered without one.

use std::sync::Arc;

use http::{HeaderName, HeaderValue, Request, Response, request::Parts};
use http_body_util::BodyExt;
use wasmtime_wasi_http::{Error, WasiBody};

use super::{
    Needles,
    body::{full, whole},
    denials::Denials,
    send::Answer as Sent,
    tape::{Answer, Body, Exchange, Names, Question, Tape},
};

/// The largest request body that is kept, bytes; what the sender takes, too.
const REQUEST_BYTES: usize = 8 << 20;

/// A request with everything that it takes to write it down.
pub(super) struct Taped {
    pub(super) tape: Tape,
    pub(super) names: Names,
    pub(super) needles: Arc<Needles>,
    pub(super) denials: Denials,
    /// As the plugin wrote it.
    pub(super) parts: Parts,
}

impl Taped {
    /// Answers from the recording. Nothing is sent.
    pub(super) async fn replay(self, body: WasiBody) -> Result<Sent, Error> {
        let body = whole(body, REQUEST_BYTES).await?;
        let answer = self.tape.answer(&self.question(&body));
        let refuse = |text: String| {
            self.denials.note(text);
            Error::HttpRequestDenied
        };
        match answer {
            Ok(Answer::Http {
                status,
                headers,
                body,
            }) => {
                let response = response(status, &headers, &body);
                let response = response
                    .ok_or_else(|| refuse("the recording has an answer that is none".to_owned()))?;
                Ok((response, Box::new(std::future::ready(Ok(())))))
            }
            Ok(Answer::Dns { .. }) => Err(refuse(
                "the recording has a DNS answer to an HTTP request".to_owned(),
            )),
            Err(text) => Err(refuse(text)),
        }
    }

    /// Sends and keeps what was asked and answered. What got no answer is not kept.
    pub(super) async fn record<F>(
        self,
        request: Request<WasiBody>,
        send: impl FnOnce(Request<WasiBody>) -> F,
    ) -> Result<Sent, Error>
    where
        F: Future<Output = Result<Sent, Error>>,
    {
        let (parts, body) = request.into_parts();
        let asked = whole(body, REQUEST_BYTES).await?;
        let question = self.question(&asked);
        let (response, driving) = send(Request::from_parts(parts, full(asked))).await?;
        let (parts, body) = response.into_parts();
        let answered = body.collect().await?.to_bytes();
        self.tape.keep(Exchange {
            question,
            answer: Answer::Http {
                status: parts.status.as_u16(),
                headers: self.names.headers(&parts.headers, &self.needles),
                body: self.names.body(&answered, &self.needles),
            },
        });
        Ok((Response::from_parts(parts, full(answered)), driving))
    }

    fn question(&self, body: &[u8]) -> Question {
        Question::Http {
            method: self.parts.method.to_string(),
            url: self.names.url(&self.parts.uri.to_string(), &self.needles),
            headers: self.names.headers(&self.parts.headers, &self.needles),
            body: self.names.body(body, &self.needles),
        }
    }
}

fn response(
    status: u16,
    headers: &std::collections::BTreeMap<String, String>,
    body: &Body,
) -> Option<Response<WasiBody>> {
    let mut response = Response::new(full(body.octets().into()));
    *response.status_mut() = http::StatusCode::from_u16(status).ok()?;
    for (name, value) in headers {
        let name = HeaderName::try_from(name).ok()?;
        response
            .headers_mut()
            .append(name, HeaderValue::try_from(value).ok()?);
    }
    Some(response)
}
