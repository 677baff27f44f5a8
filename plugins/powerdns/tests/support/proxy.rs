//! A server between the plugin and PowerDNS: records every request, and answers, delays or loses what a test says.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use super::http::read_message;

/// What happens to one request.
pub(crate) enum Action {
    /// The server answers.
    Forward,
    /// The proxy answers this status, these header lines and this body.
    Answer(u16, &'static str, Vec<u8>),
    /// Nobody ever answers.
    Hang,
    /// The server gets it and its answer is lost.
    LoseAnswer,
}

type Rule = dyn Fn(&str) -> Action + Send + Sync;

/// A running proxy; ends with this value.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    requests: Arc<Mutex<Vec<String>>>,
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Proxy {
    /// Forwards to this port of the loopback address what `rule` lets through. It is given method and path, the path
    /// below the API's root.
    pub(crate) fn start(to: u16, rule: impl Fn(&str) -> Action + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let ended = Arc::new(AtomicBool::new(false));
        let rule: Arc<Rule> = Arc::new(rule);
        let shared = (Arc::clone(&requests), Arc::clone(&ended));
        let thread = std::thread::spawn(move || {
            let mut hanging = Vec::new();
            for stream in listener.incoming().flatten() {
                if shared.1.load(Ordering::Acquire) {
                    return;
                }
                // One after the other: that is all that these tests need. A hanging connection is kept and not served.
                hanging.extend(serve(stream, to, &shared.0, rule.as_ref()));
            }
        });
        Self {
            port,
            requests,
            ended,
            thread: Some(thread),
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Method and path of every request so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// How many requests had this method.
    pub(crate) fn count(&self, method: &str) -> usize {
        self.requests()
            .iter()
            .filter(|request| request.starts_with(method))
            .count()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Release);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// Serves one connection; gives it back when it has to stay open.
fn serve(
    mut stream: TcpStream,
    to: u16,
    requests: &Mutex<Vec<String>>,
    rule: &Rule,
) -> Option<TcpStream> {
    let message = read_message(&mut stream).ok()?;
    let head = String::from_utf8_lossy(&message);
    let mut words = head.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let line = format!(
        "{method} {}",
        path.trim_start_matches("/api/v1/servers/localhost")
    );
    requests.lock().unwrap().push(line.clone());
    match rule(&line) {
        Action::Forward => {
            let _ = stream.write_all(&forward(&message, to));
        }
        Action::Answer(status, headers, body) => {
            let head = format!(
                "HTTP/1.1 {status} Told\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n",
                body.len()
            );
            let _ = stream
                .write_all(head.as_bytes())
                .and_then(|()| stream.write_all(&body));
        }
        Action::LoseAnswer => drop(forward(&message, to)),
        Action::Hang => return Some(stream),
    }
    let _ = stream.shutdown(Shutdown::Both);
    None
}

/// PowerDNS closes the connection after each answer.
fn forward(message: &[u8], to: u16) -> Vec<u8> {
    let mut server = TcpStream::connect(("127.0.0.1", to)).unwrap();
    server.write_all(message).unwrap();
    let mut answer = Vec::new();
    server.read_to_end(&mut answer).unwrap();
    answer
}
