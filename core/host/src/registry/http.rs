use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use http_body_util::{BodyExt, Empty};
use hyper::{body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    task::JoinHandle,
    time::timeout,
};
use tokio_rustls::TlsConnector;
use url::Url;

use super::PullError;
use crate::{egress::is_loopback_name_or_address, names::Origin, settings::PullCaps};

/// The largest head of an answer, bytes.
const HEAD_BYTES: usize = 64 << 10;

/// Asks registries, one connection per request, and follows nothing by itself.
pub(crate) struct Client {
    pub(super) caps: PullCaps,
    tls: Arc<ClientConfig>,
    plain: Vec<String>,
}

/// An answer of which nothing but the head was read.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    body: Incoming,
    registry: String,
    /// Ends with this value.
    _driver: Driver,
}

struct Driver(JoinHandle<()>);

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// How reading a body ended early.
pub(super) enum ReadError {
    /// It is longer than allowed; so much was read.
    TooLong(u64),
    /// The connection broke.
    Broken(PullError),
}

impl Client {
    pub(crate) fn new(
        tls: Arc<ClientConfig>,
        caps: PullCaps,
        plain_http_registries: Vec<String>,
    ) -> Self {
        Self {
            caps,
            tls,
            plain: plain_http_registries,
        }
    }

    /// Where a registry is asked: over TLS, besides this machine and those that the settings list.
    pub(super) fn origin(&self, registry: &str) -> Result<Origin, PullError> {
        let parse = |scheme: &str| Origin::of(&format!("{scheme}://{registry}/"));
        let unreachable = |problem: String| PullError::Unreachable {
            registry: registry.to_owned(),
            problem,
        };
        let plain = parse("http").map_err(|error| unreachable(error.to_string()))?;
        if is_loopback_name_or_address(&plain) || self.plain.iter().any(|listed| listed == registry)
        {
            return Ok(plain);
        }
        parse("https").map_err(|error| unreachable(error.to_string()))
    }

    /// One GET request.
    pub(super) async fn get(
        &self,
        url: &Url,
        accept: Option<&'static str>,
        authorization: Option<&HeaderValue>,
    ) -> Result<Answer, PullError> {
        let registry = url
            .host_str()
            .map_or_else(String::new, |host| match url.port() {
                Some(port) => format!("{host}:{port}"),
                None => host.to_owned(),
            });
        let unreachable = |problem: String| PullError::Unreachable {
            registry: registry.clone(),
            problem,
        };
        let origin = Origin::of_url(url).map_err(|error| unreachable(error.to_string()))?;
        let target = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        let mut request = Request::get(target).header(header::HOST, origin.authority());
        request = request.header(
            header::USER_AGENT,
            concat!("maquette/", env!("CARGO_PKG_VERSION")),
        );
        if let Some(accept) = accept {
            request = request.header(header::ACCEPT, accept);
        }
        if let Some(authorization) = authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        let request = request
            .body(Empty::<Bytes>::new())
            .map_err(|error| unreachable(error.to_string()))?;
        let (mut sender, driver) = self
            .connect(&origin)
            .await
            .map_err(|error| unreachable(causes(&*error)))?;
        let response = sender
            .send_request(request)
            .await
            .map_err(|error| unreachable(causes(&error)))?;
        let (parts, body) = response.into_parts();
        Ok(Answer {
            status: parts.status,
            headers: parts.headers,
            body,
            registry,
            _driver: driver,
        })
    }

    async fn connect(
        &self,
        origin: &Origin,
    ) -> Result<(http1::SendRequest<Empty<Bytes>>, Driver), Box<dyn std::error::Error + Send + Sync>>
    {
        trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
        impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

        let host = origin.host();
        let tcp = TcpStream::connect((host.as_str(), origin.port())).await?;
        let stream: Box<dyn Stream> = if origin.is_https() {
            let name = ServerName::try_from(host)?;
            Box::new(
                TlsConnector::from(self.tls.clone())
                    .connect(name, tcp)
                    .await?,
            )
        } else {
            Box::new(tcp)
        };
        let (sender, connection) = http1::Builder::new()
            .max_buf_size(HEAD_BYTES)
            .max_header_size(HEAD_BYTES)
            .handshake(TokioIo::new(stream))
            .await?;
        let driver = tokio::spawn(async move {
            // Its faults show in the answer.
            let _ = connection.await;
        });
        Ok((sender, Driver(driver)))
    }

    /// Bounds a whole exchange in time, the body included.
    pub(super) async fn bounded<T>(
        &self,
        registry: &str,
        exchange: impl Future<Output = Result<T, PullError>>,
    ) -> Result<T, PullError> {
        let limit = self.caps.request_timeout;
        let late = |_| PullError::Timeout {
            registry: registry.to_owned(),
            timeout: limit,
        };
        timeout(limit, exchange).await.map_err(late)?
    }
}

impl Answer {
    /// The body, if it is not longer than this, whatever length it declares.
    pub(super) async fn read(mut self, cap: u64) -> Result<Bytes, ReadError> {
        let mut read = Vec::new();
        while let Some(frame) = self.body.frame().await {
            let frame = frame.map_err(|error| {
                ReadError::Broken(PullError::Unreachable {
                    registry: self.registry.clone(),
                    problem: causes(&error),
                })
            })?;
            let Ok(data) = frame.into_data() else {
                continue;
            };
            let length = (read.len() + data.len()) as u64;
            if length > cap {
                return Err(ReadError::TooLong(length));
            }
            read.extend_from_slice(&data);
        }
        Ok(read.into())
    }

    /// A document, refused by name if it is larger than this.
    pub(super) async fn document(self, what: &'static str, cap: u64) -> Result<Bytes, PullError> {
        self.read(cap).await.map_err(|error| match error {
            ReadError::TooLong(_) => PullError::TooLarge { what, cap },
            ReadError::Broken(error) => error,
        })
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// An error with its causes, in one line.
fn causes(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}
