//! A protocol as the proxy needs it.

use std::net::TcpStream;

/// The fate of one request.
pub enum Action {
    /// The server answers.
    Forward,
    /// The proxy answers these octets and closes.
    Answer(Vec<u8>),
    /// No answer comes.
    Hang,
    /// The server gets the request and its answer is lost.
    LoseAnswer,
    /// The connection is closed before the server gets the request.
    Close,
}

/// One request of a connection.
pub(super) trait Protocol: Sync {
    /// Reads a request, or nothing where the connection ends.
    fn read(&self, stream: &mut TcpStream) -> Option<Vec<u8>>;
    /// The line that stands for a request in rules and counts.
    fn line(&self, request: &[u8]) -> Option<String>;
    /// Gives the request to the server, and the answer to the plugin.
    fn forward(&self, stream: TcpStream, to: u16, request: &[u8]);
    /// Gives the request to the server and waits for its answer.
    fn deliver(&self, to: u16, request: &[u8]);
}
