//! HTTP with one request for each connection.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use super::protocol::{Action, Protocol};
use crate::http::read_message;

pub(super) struct Web;

impl Protocol for Web {
    fn read(&self, stream: &mut TcpStream) -> Option<Vec<u8>> {
        read_message(stream).ok()
    }

    fn line(&self, request: &[u8]) -> Option<String> {
        let head = String::from_utf8_lossy(request);
        let mut words = head.split(' ');
        let (method, path) = (words.next()?, words.next()?);
        let path = path.trim_start_matches("/api/v1/servers/localhost");
        Some(format!("{method} {path}"))
    }

    fn forward(&self, mut stream: TcpStream, to: u16, request: &[u8]) {
        let _ = stream.write_all(&answer(to, request));
    }

    fn deliver(&self, to: u16, request: &[u8]) {
        drop(answer(to, request));
    }
}

/// A whole answer: the status, header lines that end with a line break, and the body.
pub fn reply(status: u16, headers: &str, body: impl AsRef<[u8]>) -> Action {
    let body = body.as_ref();
    let head = format!(
        "HTTP/1.1 {status} Told\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n",
        body.len()
    );
    Action::Answer([head.as_bytes(), body].concat())
}

/// The servers of tests close the connection after each answer.
fn answer(to: u16, request: &[u8]) -> Vec<u8> {
    let mut server = TcpStream::connect(("127.0.0.1", to)).unwrap();
    server.write_all(request).unwrap();
    let mut answer = Vec::new();
    server.read_to_end(&mut answer).unwrap();
    answer
}
