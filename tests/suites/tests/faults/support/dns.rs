//! `MoodyDns`: stands in front of the real PowerDNS, forwards to it, or misbehaves as it is told. The plugin knows only it.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use maquette_harness::Pdns;
use maquette_harness::http as client;
use serde_json::Value;
use tokio::net::TcpListener;

/// How it answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mood {
    /// As PowerDNS does.
    Well,
    /// It breaks every connection at once.
    Down,
    /// It reads the request and says nothing.
    Silent,
    /// This status with this body.
    Says(u16, &'static str),
    /// It answers questions, and refuses every change with this status and body.
    ReadOnly(u16, &'static str),
    /// It gives back the credential that it was sent, as it is and in base64.
    Echoes,
}

/// Ends with the runtime of its test.
pub(crate) struct MoodyDns {
    pub(crate) url: String,
    state: Arc<State>,
}

struct State {
    mood: Mutex<Mood>,
    requests: Mutex<Vec<String>>,
    server: String,
}

impl MoodyDns {
    pub(crate) async fn start(pdns: &Pdns) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = address(pdns).to_owned();
        let state = Arc::new(State {
            mood: Mutex::new(Mood::Well),
            requests: Mutex::default(),
            server,
        });
        tokio::spawn(accept(listener, state.clone()));
        Self { url, state }
    }

    pub(crate) fn turn(&self, mood: Mood) {
        *self.state.mood.lock().unwrap() = mood;
    }

    /// Method and path of every request so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.state.requests.lock().unwrap().clone()
    }
}

fn address(pdns: &Pdns) -> &str {
    pdns.api_url.trim_start_matches("http://")
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    while let Ok((stream, _)) = listener.accept().await {
        if *state.mood.lock().unwrap() == Mood::Down {
            continue;
        }
        let state = state.clone();
        tokio::spawn(async move {
            let service = service_fn(|request| serve(&state, request));
            let _ = hyper::server::conn::http1::Builder::new()
                .keep_alive(false)
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

async fn serve(
    state: &State,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let line = format!("{} {}", request.method(), request.uri().path());
    state.requests.lock().unwrap().push(line);
    let mood = state.mood.lock().unwrap().clone();
    let (status, body) = match mood {
        Mood::Well => forward(state, request).await,
        Mood::ReadOnly(..) if request.method() == http::Method::GET => {
            forward(state, request).await
        }
        Mood::Says(status, body) | Mood::ReadOnly(status, body) => {
            (StatusCode::from_u16(status).unwrap(), Bytes::from(body))
        }
        Mood::Echoes => {
            let key = request.headers().get("x-api-key");
            let key = String::from_utf8_lossy(key.map_or(b"", |key| key.as_bytes())).into_owned();
            let coded = base64::engine::general_purpose::STANDARD.encode(&key);
            (
                StatusCode::OK,
                Bytes::from(format!("key {key}, coded {coded}")),
            )
        }
        Mood::Down | Mood::Silent => std::future::pending().await,
    };
    let mut answer = Response::new(Full::new(body));
    *answer.status_mut() = status;
    answer.headers_mut().insert(
        header::CONTENT_TYPE,
        http::HeaderValue::from_static("application/json"),
    );
    Ok(answer)
}

async fn forward(state: &State, request: Request<Incoming>) -> (StatusCode, Bytes) {
    let (mut parts, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    parts.headers.remove(header::HOST);
    parts.uri = parts
        .uri
        .path_and_query()
        .unwrap()
        .as_str()
        .parse()
        .unwrap();
    match client::send(&state.server, Request::from_parts(parts, body)).await {
        Ok(answer) => (answer.status, answer.body),
        Err(error) => (StatusCode::BAD_GATEWAY, Bytes::from(error.to_string())),
    }
}

/// Names, types and values of a zone past the plugin, without the zone's own.
pub(crate) async fn records(pdns: &Pdns, zone: &str) -> Vec<String> {
    let path = format!("/api/v1/servers/localhost/zones/{zone}.");
    let zone: Value = serde_json::from_str(&ask(pdns, "GET", &path, "").await).unwrap();
    let mut found: Vec<String> = zone["rrsets"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|set| set["type"] != "SOA" && set["type"] != "NS")
        .map(|set| {
            let values: Vec<&str> = set["records"]
                .as_array()
                .unwrap()
                .iter()
                .map(|record| record["content"].as_str().unwrap())
                .collect();
            format!(
                "{} {} {}",
                set["name"].as_str().unwrap(),
                set["type"].as_str().unwrap(),
                values.join(" ")
            )
        })
        .collect();
    found.sort();
    found
}

/// Changes the addresses of a name manually; without values, removes them.
pub(crate) async fn by_hand(pdns: &Pdns, zone: &str, name: &str, values: &[&str]) {
    set(pdns, zone, name, "A", values).await;
}

/// Changes a record set manually; without values, removes it.
pub(crate) async fn set(pdns: &Pdns, zone: &str, name: &str, kind: &str, values: &[&str]) {
    let records: Vec<Value> = values
        .iter()
        .map(|value| serde_json::json!({"content": value, "disabled": false}))
        .collect();
    let change = if values.is_empty() {
        "DELETE"
    } else {
        "REPLACE"
    };
    let change = serde_json::json!({"rrsets": [{"name": format!("{name}."), "type": kind, "ttl": 60, "changetype": change, "records": records}]});
    ask(
        pdns,
        "PATCH",
        &format!("/api/v1/servers/localhost/zones/{zone}."),
        &change.to_string(),
    )
    .await;
}

async fn ask(pdns: &Pdns, method: &str, path: &str, body: &str) -> String {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("X-API-Key", &pdns.api_key)
        .body(Bytes::from(body.to_owned()))
        .unwrap();
    let answer = client::send(address(pdns), request).await.unwrap();
    assert!(answer.status.is_success(), "{}", answer.text());
    answer.text()
}
