//! One HTTP/1.1 connection that is kept, as an API server keeps its connection to a webhook. The same client measures both
//! systems, and it does as little as possible, so that it is small in what it measures.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

/// For one answer; nothing that is measured here comes near.
const WITHIN: Duration = Duration::from_secs(30);

pub(super) struct Client {
    stream: BufReader<TcpStream>,
    address: String,
}

impl Client {
    pub(super) fn connect(address: &str) -> Result<Self> {
        let stream = TcpStream::connect(address).with_context(|| format!("reaching {address}"))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(WITHIN))?;
        Ok(Self {
            stream: BufReader::new(stream),
            address: address.to_owned(),
        })
    }

    /// Sends a request and returns the body of the answer, which has to be a success.
    pub(super) fn ask(&mut self, method: &str, path: &str, body: &str) -> Result<Vec<u8>> {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        self.stream.get_mut().write_all(request.as_bytes())?;
        let status = self.line()?;
        let mut length = 0;
        loop {
            let line = self.line()?;
            if line.is_empty() {
                break;
            }
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().context("the length of the answer")?;
            }
        }
        let mut answer = vec![0; length];
        self.stream.read_exact(&mut answer)?;
        ensure!(
            status.split(' ').nth(1) == Some("200"),
            "{method} {path} answered {status}: {}",
            String::from_utf8_lossy(&answer)
        );
        Ok(answer)
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        let read = self.stream.read_line(&mut line)?;
        ensure!(read > 0, "{} closed the connection", self.address);
        Ok(line.trim_end().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    /// Answers each request on one connection with the next of these.
    fn serve(answers: &'static [&'static str]) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            for answer in answers {
                let mut request = [0; 1024];
                let _ = stream.read(&mut request).unwrap();
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        address
    }

    #[test]
    fn several_answers_come_over_one_connection() {
        let address = serve(&[
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none",
            "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nx: y\r\ncontent-length: 5\r\n\r\nthree",
        ]);
        let mut client = Client::connect(&address).unwrap();
        assert_eq!(client.ask("POST", "/", "{}").unwrap(), b"one");
        assert_eq!(client.ask("GET", "/", "").unwrap(), b"");
        assert_eq!(client.ask("POST", "/", "{}").unwrap(), b"three");
    }

    #[test]
    fn an_answer_that_is_no_success_is_an_error_with_its_body() {
        let address = serve(&["HTTP/1.1 404 Not Found\r\ncontent-length: 4\r\n\r\ngone"]);
        let mut client = Client::connect(&address).unwrap();
        let error = client.ask("POST", "/validate", "{}").unwrap_err();
        assert!(error.to_string().contains("404 Not Found: gone"), "{error}");
    }
}
