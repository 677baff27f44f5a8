//! Docker Hub's listing of tags, as far as its published description goes.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

/// A running stand-in; ends with this value.
pub(crate) struct HubStandIn {
    port: u16,
    state: Arc<Mutex<State>>,
    ended: Arc<AtomicBool>,
}

#[derive(Default)]
struct State {
    repositories: BTreeMap<String, Vec<String>>,
    limited_until: Option<u64>,
    requests: usize,
}

impl HubStandIn {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let hub = Self {
            port: listener.local_addr().unwrap().port(),
            state: Arc::default(),
            ended: Arc::default(),
        };
        let (state, ended, url) = (hub.state.clone(), hub.ended.clone(), hub.url());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if ended.load(Ordering::Acquire) {
                    return;
                }
                let _ = serve(stream, &state, &url);
            }
        });
        hub
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(crate) fn keep(&self, repository: &str, tags: Vec<String>) {
        let mut state = self.state.lock().unwrap();
        state.repositories.insert(repository.to_owned(), tags);
    }

    /// Refuses everything until this moment, in seconds since 1970.
    pub(crate) fn limit_until(&self, moment: u64) {
        self.state.lock().unwrap().limited_until = Some(moment);
    }

    pub(crate) fn requests(&self) -> usize {
        self.state.lock().unwrap().requests
    }
}

impl Drop for HubStandIn {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Release);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

fn serve(mut stream: TcpStream, state: &Mutex<State>, url: &str) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let target = line.split(' ').nth(1).unwrap_or_default().to_owned();
    while line.trim() != "" {
        line.clear();
        reader.read_line(&mut line)?;
    }
    let mut state = state.lock().unwrap();
    state.requests += 1;
    let (status, header, body) = match state.limited_until {
        Some(moment) => (
            "429 Too Many Requests",
            format!("X-Retry-After: {moment}\r\n"),
            json!({ "detail": "Rate limit exceeded" }),
        ),
        None => match page(&state.repositories, &target, url) {
            Some(page) => ("200 OK", String::new(), page),
            None => (
                "404 Not Found",
                String::new(),
                json!({ "message": "object not found", "errinfo": {} }),
            ),
        },
    };
    let body = body.to_string();
    write!(
        stream,
        "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: application/json\r\n{header}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn page(repositories: &BTreeMap<String, Vec<String>>, target: &str, url: &str) -> Option<Value> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let rest = path
        .strip_prefix("/v2/namespaces/")?
        .strip_suffix("/tags")?;
    let (namespace, name) = rest.split_once("/repositories/")?;
    let tags = repositories.get(&format!("{namespace}/{name}"))?;
    let number = |wanted: &str, default: usize| {
        query
            .split('&')
            .find_map(|pair| pair.strip_prefix(wanted)?.strip_prefix('=')?.parse().ok())
            .unwrap_or(default)
    };
    let (size, page) = (number("page_size", 10).min(100), number("page", 1));
    let items: Vec<Value> = tags
        .iter()
        .skip((page - 1) * size)
        .take(size)
        .map(|name| json!({ "name": name, "tag_status": "active" }))
        .collect();
    let link = |page: usize| format!("{url}{path}?page={page}&page_size={size}");
    Some(json!({
        "count": tags.len(),
        "next": (page * size < tags.len()).then(|| link(page + 1)),
        "previous": (page > 1).then(|| link(page - 1)),
        "results": items,
    }))
}
