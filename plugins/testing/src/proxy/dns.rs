//! DNS over TCP (RFC 1035, section 4.2.2): each message follows its length.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};

use super::protocol::Protocol;

pub(super) struct Dns;

impl Protocol for Dns {
    fn read(&self, stream: &mut TcpStream) -> Option<Vec<u8>> {
        read_message(stream)
    }

    /// The opcode, and of a query whether it is a transfer (type 252).
    fn line(&self, message: &[u8]) -> Option<String> {
        let mut end = 12;
        while message[end] != 0 {
            end += usize::from(message[end]) + 1;
        }
        let word = match ((message[2] >> 3) & 0xf, message[end + 2]) {
            (5, _) => "UPDATE",
            (0, 252) => "AXFR",
            _ => "QUERY",
        };
        Some(word.to_owned())
    }

    /// Passes octets both ways until the plugin closes.
    fn forward(&self, mut stream: TcpStream, to: u16, message: &[u8]) {
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

    fn deliver(&self, to: u16, message: &[u8]) {
        let mut server = TcpStream::connect(("127.0.0.1", to)).unwrap();
        server.write_all(&framed(message)).unwrap();
        read_message(&mut server);
    }
}

/// A message behind its length.
pub fn framed(message: &[u8]) -> Vec<u8> {
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
