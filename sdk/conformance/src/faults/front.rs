use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::forward::Upstream;
use super::{Action, Answer, Script, Seen};

/// A running server in front of another; ends with this value.
pub(crate) struct Front {
    address: SocketAddr,
    _serving: JoinSet<()>,
}

/// The connection ends here, without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the answer is lost")]
struct Lost;

impl From<Infallible> for Lost {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

impl Front {
    /// Starts in front of this server, on a loopback port that the system chooses.
    pub(crate) async fn start(upstream: Upstream, script: Script) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (upstream, script) = (upstream.clone(), script.clone());
                connections.spawn(async move {
                    let service = service_fn(|request| serve(&upstream, &script, request));
                    // A connection that ends without an answer ends with an error here: that is the point.
                    let _ = http1::Builder::new()
                        .keep_alive(false)
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        });
        Ok(Self {
            address,
            _serving: serving,
        })
    }

    /// Where it listens, as `http://address:port`.
    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }
}

async fn serve(
    upstream: &Upstream,
    script: &Script,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Lost> {
    let (head, body) = request.into_parts();
    let Ok(body) = body.collect().await else {
        return Err(Lost);
    };
    let seen = Seen {
        method: head.method.to_string(),
        path: head
            .uri
            .path_and_query()
            .map_or("/", |path| path.as_str())
            .to_owned(),
    };
    let request = Request::from_parts(head, Full::new(body.to_bytes()));
    match script.next(&seen) {
        Action::Forward => forward(upstream, request).await,
        Action::ForwardAfter(deed) => {
            deed.await;
            forward(upstream, request).await
        }
        Action::LoseAnswer => {
            forward(upstream, request).await?;
            Err(Lost)
        }
        Action::Answer(answer) => response(&answer).ok_or(Lost),
        Action::Hang => std::future::pending().await,
    }
}

async fn forward(
    upstream: &Upstream,
    request: Request<Full<Bytes>>,
) -> Result<Response<Full<Bytes>>, Lost> {
    upstream.send(request).await.map_err(|_| Lost)
}

fn response(answer: &Answer) -> Option<Response<Full<Bytes>>> {
    let mut response = Response::new(Full::new(Bytes::from(answer.body.clone())));
    *response.status_mut() = StatusCode::from_u16(answer.status).ok()?;
    for (name, value) in &answer.headers {
        response.headers_mut().append(
            HeaderName::try_from(name.as_str()).ok()?,
            HeaderValue::try_from(value.as_str()).ok()?,
        );
    }
    Some(response)
}
