//! A server between the plugin and the provider's: it records every request, and answers, delays or loses it as told.

mod dns;
mod protocol;
mod web;

use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

pub use dns::framed;
pub use protocol::Action;
use protocol::Protocol;
pub use web::reply;

type Rule = dyn Fn(&str) -> Action + Send + Sync;

/// A running proxy; ends with this value.
pub struct Proxy {
    /// Its port on the loopback address.
    pub port: u16,
    scheme: &'static str,
    requests: Arc<Mutex<Vec<String>>>,
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Proxy {
    /// Forwards HTTP requests to this port of the loopback address as `rule` decides by `METHOD /path`; the path is the one
    /// below the root of PowerDNS' API.
    pub fn start(to: u16, rule: impl Fn(&str) -> Action + Send + Sync + 'static) -> Self {
        Self::of("http", &web::Web, to, Arc::new(rule))
    }

    /// Forwards DNS messages over TCP as `rule` decides by `UPDATE`, `AXFR` or `QUERY`.
    pub fn dns(to: u16, rule: impl Fn(&str) -> Action + Send + Sync + 'static) -> Self {
        Self::of("tcp", &dns::Dns, to, Arc::new(rule))
    }

    fn of(scheme: &'static str, protocol: &'static dyn Protocol, to: u16, rule: Arc<Rule>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let ended = Arc::new(AtomicBool::new(false));
        let shared = (Arc::clone(&requests), Arc::clone(&ended));
        let thread = std::thread::spawn(move || {
            let mut hanging = Vec::new();
            for stream in listener.incoming().flatten() {
                if shared.1.load(Ordering::Acquire) {
                    return;
                }
                // One after the other: that is all that these tests need. A hanging connection is kept and not served.
                hanging.extend(serve(protocol, stream, to, &shared.0, rule.as_ref()));
            }
        });
        Self {
            port,
            scheme,
            requests,
            ended,
            thread: Some(thread),
        }
    }

    /// Base URL, as users write it.
    pub fn url(&self) -> String {
        format!("{}://127.0.0.1:{}", self.scheme, self.port)
    }

    /// The line of every request so far.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// The number of requests whose line starts with this word.
    pub fn count(&self, word: &str) -> usize {
        let requests = self.requests();
        requests
            .iter()
            .filter(|line| line.starts_with(word))
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
    protocol: &dyn Protocol,
    mut stream: TcpStream,
    to: u16,
    requests: &Mutex<Vec<String>>,
    rule: &Rule,
) -> Option<TcpStream> {
    let request = protocol.read(&mut stream)?;
    let line = protocol.line(&request)?;
    requests.lock().unwrap().push(line.clone());
    match rule(&line) {
        Action::Forward => protocol.forward(stream, to, &request),
        Action::Answer(octets) => {
            let _ = stream.write_all(&octets);
        }
        Action::LoseAnswer => protocol.deliver(to, &request),
        Action::Hang => return Some(stream),
        Action::Close => {}
    }
    None
}
