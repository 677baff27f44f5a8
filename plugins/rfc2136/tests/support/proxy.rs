//! A server between the plugin and BIND: records every message, and forwards, delays or loses what a test says.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// What happens to one message.
pub(crate) enum Action {
    /// The server answers.
    Forward,
    /// The proxy answers these octets and closes.
    Answer(Vec<u8>),
    /// Nobody ever answers.
    Hang,
    /// The server gets it and its answer is lost.
    LoseAnswer,
    /// The connection is closed before the server gets it.
    Close,
}

type Rule = dyn Fn(&str) -> Action + Send + Sync;

/// A running proxy; ends with this value.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    messages: Arc<Mutex<Vec<String>>>,
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Proxy {
    /// Forwards to this port of the loopback address what `rule` lets through. It is given `UPDATE`, `AXFR` or `QUERY`.
    pub(crate) fn start(to: u16, rule: impl Fn(&str) -> Action + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let messages = Arc::new(Mutex::new(Vec::new()));
        let ended = Arc::new(AtomicBool::new(false));
        let rule: Arc<Rule> = Arc::new(rule);
        let shared = (Arc::clone(&messages), Arc::clone(&ended));
        let thread = std::thread::spawn(move || {
            let mut hanging = Vec::new();
            for stream in listener.incoming().flatten() {
                if shared.1.load(Ordering::Acquire) {
                    return;
                }
                hanging.extend(serve(stream, to, &shared.0, rule.as_ref()));
            }
        });
        Self {
            port,
            messages,
            ended,
            thread: Some(thread),
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("tcp://127.0.0.1:{}", self.port)
    }

    /// Every message so far.
    pub(crate) fn messages(&self) -> Vec<String> {
        self.messages.lock().unwrap().clone()
    }

    pub(crate) fn count(&self, kind: &str) -> usize {
        self.messages()
            .iter()
            .filter(|message| *message == kind)
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
    messages: &Mutex<Vec<String>>,
    rule: &Rule,
) -> Option<TcpStream> {
    let message = read_message(&mut stream)?;
    let kind = kind(&message);
    messages.lock().unwrap().push(kind.to_owned());
    match rule(kind) {
        Action::Forward => forward(stream, to, &message),
        Action::Answer(octets) => {
            let _ = stream.write_all(&framed(&octets));
        }
        Action::LoseAnswer => {
            let mut server = TcpStream::connect(("127.0.0.1", to)).unwrap();
            server.write_all(&framed(&message)).unwrap();
            read_message(&mut server);
        }
        Action::Hang => return Some(stream),
        Action::Close => {}
    }
    None
}

/// Passes octets both ways until the plugin closes.
fn forward(mut stream: TcpStream, to: u16, message: &[u8]) {
    let mut server = TcpStream::connect(("127.0.0.1", to)).unwrap();
    server.write_all(&framed(message)).unwrap();
    let (mut from, back) = (stream.try_clone().unwrap(), server.try_clone().unwrap());
    let waiting = std::thread::spawn(move || {
        let _ = from.read(&mut [0]);
        let _ = back.shutdown(Shutdown::Both);
    });
    let _ = std::io::copy(&mut server, &mut stream);
    let _ = stream.shutdown(Shutdown::Both);
    waiting.join().unwrap();
}

fn framed(message: &[u8]) -> Vec<u8> {
    let length = u16::try_from(message.len()).unwrap();
    [&length.to_be_bytes(), message].concat()
}

fn read_message(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut length = [0; 2];
    stream.read_exact(&mut length).ok()?;
    let mut message = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut message).ok()?;
    Some(message)
}

/// The opcode, and of a query whether it is a transfer (type 252).
fn kind(message: &[u8]) -> &'static str {
    let mut end = 12;
    while message[end] != 0 {
        end += usize::from(message[end]) + 1;
    }
    match ((message[2] >> 3) & 0xf, message[end + 2]) {
        (5, _) => "UPDATE",
        (0, 252) => "AXFR",
        _ => "QUERY",
    }
}
