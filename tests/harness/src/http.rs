//! A plain HTTP/1.1 client, one connection per request, for the registry, the DNS server and the gateway of a test.

use std::io;

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// A request could not be completed. An answer with an error status is no error of this kind.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// Nobody listens at the address.
    #[error("cannot connect to {address}")]
    Connect {
        /// host:port
        address: String,
        /// Why.
        source: io::Error,
    },
    /// The connection broke.
    #[error("the exchange with {address} broke off")]
    Exchange {
        /// host:port
        address: String,
        /// Why.
        source: hyper::Error,
    },
    /// The answer was not what the protocol promises.
    #[error("{method} http://{address}{path} answered {status}: {body}")]
    Unexpected {
        /// The request's method.
        method: String,
        /// host:port
        address: String,
        /// The request's path.
        path: String,
        /// The answer's status.
        status: StatusCode,
        /// The answer's body.
        body: String,
    },
    /// The request was not valid.
    #[error("the request is not valid HTTP")]
    Request(#[from] http::Error),
}

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Status code.
    pub status: StatusCode,
    /// Header fields.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Answer {
    /// The body as text; bytes that are not UTF-8 are replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Sends a request to `address` (host:port). The `Host` header is the address unless the request carries one.
pub async fn send(address: &str, mut request: Request<Bytes>) -> Result<Answer, HttpError> {
    if !request.headers().contains_key(http::header::HOST) {
        let host = http::HeaderValue::from_str(address).map_err(http::Error::from)?;
        request.headers_mut().insert(http::header::HOST, host);
    }
    let stream = TcpStream::connect(address)
        .await
        .map_err(|source| HttpError::Connect {
            address: address.to_owned(),
            source,
        })?;
    let broke = |source| HttpError::Exchange {
        address: address.to_owned(),
        source,
    };
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(broke)?;
    tokio::spawn(connection);
    let answer = sender
        .send_request(request.map(Full::new))
        .await
        .map_err(broke)?;
    let (parts, body) = answer.into_parts();
    let body = body.collect().await.map_err(broke)?.to_bytes();
    Ok(Answer {
        status: parts.status,
        headers: parts.headers,
        body,
    })
}

/// Gets `path` from `address` with a `Host` header of its own, as a browser behind a gateway does.
pub async fn get(address: &str, host: &str, path: &str) -> Result<Answer, HttpError> {
    let request = Request::get(path)
        .header(http::header::HOST, host)
        .body(Bytes::new())?;
    send(address, request).await
}

/// Sends a request and refuses any answer whose status is not 2xx.
pub(crate) async fn expect_success(
    address: &str,
    request: Request<Bytes>,
) -> Result<Answer, HttpError> {
    let (method, path) = (request.method().to_string(), request.uri().to_string());
    let answer = send(address, request).await?;
    if answer.status.is_success() {
        return Ok(answer);
    }
    Err(HttpError::Unexpected {
        method,
        address: address.to_owned(),
        path,
        status: answer.status,
        body: answer.text(),
    })
}
