//! A proxy between the operator and the API server: it counts, and at one chosen write it kills the operator, answers by
//! itself, or says nothing. The operator speaks plain HTTP to it; it speaks TLS to the API server.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, header};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use kube::Client;
use maquette_harness::process::Process;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::watch;

type Answer = Response<UnsyncBoxBody<Bytes, kube::Error>>;

/// What happens to one write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The operator dies before the API server sees the write.
    KillBefore,
    /// The API server has done it; the operator dies before it hears of it.
    KillAfter,
    /// This status, and the API server never sees the write.
    Answer(u16),
    /// No answer, and the API server never sees the write.
    Hang,
}

/// Ends with the runtime of its test.
#[derive(Clone)]
pub(crate) struct Proxy {
    pub(crate) url: String,
    state: Arc<State>,
}

struct State {
    client: Client,
    connections: watch::Sender<()>,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    /// Method and path of every write but the Lease's.
    writes: Vec<String>,
    /// Path of every read that is no watch.
    reads: Vec<String>,
    /// Writes until the fault.
    fault: Option<(usize, Fault)>,
    operator: Option<Process>,
    crashed: bool,
}

impl Proxy {
    pub(crate) async fn start(client: Client) -> Self {
        Self::start_at(client, "127.0.0.1").await
    }

    /// A proxy at another address of this machine.
    pub(crate) async fn start_at(client: Client, address: &str) -> Self {
        let listener = TcpListener::bind((address, 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (connections, _) = watch::channel(());
        let state = Arc::new(State {
            client,
            connections,
            seen: Mutex::default(),
        });
        tokio::spawn(accept(listener, state.clone()));
        Self { url, state }
    }

    /// The operator that a fault kills.
    pub(crate) fn serves(&self, operator: Process) {
        let mut seen = self.state.seen.lock().unwrap();
        seen.operator = Some(operator);
        seen.crashed = false;
    }

    /// The fault comes at the `number`th write from now, counted from 1.
    pub(crate) fn arm(&self, number: usize, fault: Fault) {
        self.state.seen.lock().unwrap().fault = Some((number, fault));
    }

    /// Whether the fault is still to come; it does not any more.
    pub(crate) fn disarm(&self) -> bool {
        self.state.seen.lock().unwrap().fault.take().is_some()
    }

    /// Whether a fault killed the operator.
    pub(crate) fn has_crashed(&self) -> bool {
        self.state.seen.lock().unwrap().crashed
    }

    /// Method and path of every write since the last [`Proxy::forget`].
    pub(crate) fn writes(&self) -> Vec<String> {
        self.state.seen.lock().unwrap().writes.clone()
    }

    /// Path of every read that is no watch since the last [`Proxy::forget`].
    pub(crate) fn reads(&self) -> Vec<String> {
        self.state.seen.lock().unwrap().reads.clone()
    }

    pub(crate) fn forget(&self) {
        let mut seen = self.state.seen.lock().unwrap();
        seen.writes.clear();
        seen.reads.clear();
    }

    /// Breaks every connection, so every watch ends without a word.
    pub(crate) fn drop_connections(&self) {
        self.state.connections.send_replace(());
    }
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    while let Ok((stream, _)) = listener.accept().await {
        let state = state.clone();
        tokio::spawn(async move {
            let mut dropped = state.connections.subscribe();
            let service = service_fn(|request| serve(&state, request));
            let connection = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service);
            tokio::select! {
                _ = connection => {}
                _ = dropped.changed() => {}
            }
        });
    }
}

async fn serve(state: &State, request: Request<Incoming>) -> Result<Answer, Infallible> {
    match note(state, &request) {
        None => Ok(forward(state, request).await),
        Some(Fault::KillBefore) => {
            kill(state);
            std::future::pending().await
        }
        Some(Fault::KillAfter) => {
            let _ = forward(state, request).await;
            kill(state);
            std::future::pending().await
        }
        Some(Fault::Answer(code)) => Ok(refusal(code)),
        Some(Fault::Hang) => std::future::pending().await,
    }
}

/// Counts the request; says what shall happen to it.
fn note(state: &State, request: &Request<Incoming>) -> Option<Fault> {
    let (path, query) = (
        request.uri().path(),
        request.uri().query().unwrap_or_default(),
    );
    let mut seen = state.seen.lock().unwrap();
    if request.method() == Method::GET {
        if !query.contains("watch=true") && !path.contains("/leases/") {
            seen.reads.push(path.to_owned());
        }
        return None;
    }
    if path.contains("/leases") {
        return None;
    }
    seen.writes.push(format!("{} {path}", request.method()));
    let (left, fault) = seen.fault?;
    if left > 1 {
        seen.fault = Some((left - 1, fault));
        return None;
    }
    seen.fault = None;
    Some(fault)
}

fn kill(state: &State) {
    let mut seen = state.seen.lock().unwrap();
    if let Some(operator) = &seen.operator {
        operator.kill().unwrap();
    }
    seen.crashed = true;
}

async fn forward(state: &State, request: Request<Incoming>) -> Answer {
    let (mut parts, body) = request.into_parts();
    let Ok(body) = body.collect().await else {
        return refusal(500);
    };
    for name in [
        header::HOST,
        header::CONNECTION,
        header::ACCEPT_ENCODING,
        header::CONTENT_LENGTH,
        header::TRANSFER_ENCODING,
    ] {
        parts.headers.remove(name);
    }
    let request = Request::from_parts(parts, kube::client::Body::from(body.to_bytes()));
    match state.client.send(request).await {
        Ok(answer) => {
            let (mut parts, body) = answer.into_parts();
            parts.headers.remove(header::TRANSFER_ENCODING);
            parts.version = http::Version::HTTP_11;
            Response::from_parts(parts, body.boxed_unsync())
        }
        // The API server is away.
        Err(_) => refusal(503),
    }
}

fn refusal(code: u16) -> Answer {
    let status = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "code": code,
        "reason": if code == 409 { "Conflict" } else { "InternalError" }, "message": "the proxy says so",
    });
    let body = Full::new(Bytes::from(status.to_string())).map_err(|never| match never {});
    let mut answer = Response::new(body.boxed_unsync());
    *answer.status_mut() = http::StatusCode::from_u16(code).unwrap();
    answer.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    if code == 429 {
        answer
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    answer
}
