//! What a test runs inside a pod: a small HTTP server and a small HTTP client that resolves names as the pod does, and
//! the ways in which a container ends.
//!
//! `maquette-probe serve PORT TEXT` answers every request with TEXT; `maquette-probe fetch HOST:PORT` prints the answer;
//! `maquette-probe succeed` ends well; `maquette-probe fail TEXT` says TEXT and ends with exit code 3;
//! `maquette-probe eat MEBIBYTES` uses that much memory, then waits.

use std::env;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process;
use std::thread;
use std::time::Duration;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["serve", port, text] => serve(&format!("0.0.0.0:{port}"), text),
        ["fetch", address] => {
            println!("{}", fetch(address)?);
            Ok(())
        }
        ["succeed"] => Ok(()),
        ["fail", text] => {
            eprintln!("{text}");
            process::exit(3)
        }
        ["eat", mebibytes] => eat(mebibytes),
        _ => Err(io::Error::other(
            "usage: maquette-probe serve PORT TEXT | fetch HOST:PORT | succeed | fail TEXT | eat MEBIBYTES",
        )),
    }
}

/// Every page is written to: memory that is only reserved does not count.
fn eat(mebibytes: &str) -> io::Result<()> {
    let mebibytes: usize = mebibytes.parse().map_err(io::Error::other)?;
    let eaten: Vec<Vec<u8>> = (0..mebibytes).map(|_| vec![1; 1 << 20]).collect();
    println!("ate {} MiB", eaten.len());
    loop {
        thread::park();
    }
}

fn serve(address: &str, text: &str) -> io::Result<()> {
    for stream in TcpListener::bind(address)?.incoming() {
        // One client's broken connection is no reason to stop serving the others.
        drop(stream.and_then(|stream| answer(stream, text)));
    }
    Ok(())
}

fn answer(mut stream: TcpStream, text: &str) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let mut request = Vec::new();
    let mut buffer = [0; 1024];
    while !request.ends_with(b"\r\n\r\n") {
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            return Ok(());
        }
        request.extend(buffer.iter().take(count));
    }
    let length = text.len();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{text}"
    )
}

fn fetch(address: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    write!(
        stream,
        "GET / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (_, body) = answer
        .split_once("\r\n\r\n")
        .ok_or_else(|| io::Error::other(format!("no HTTP answer: {answer}")))?;
    Ok(body.to_owned())
}
