//! What the cluster's DNS server says of a name: one query over UDP (RFC 1035, section 4), asked as `dig` would.

use std::net::Ipv4Addr;
use std::time::Duration;

use maquette_harness::{Cluster, wait_for};
use tokio::net::UdpSocket;
use tokio::time::timeout;

/// How long a change that the provider has made may take to be served.
const WITHIN: Duration = Duration::from_secs(15);

/// An answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Addresses(Vec<Ipv4Addr>),
    /// Response code 3.
    NoSuchName,
}

/// The A records of a name.
pub(crate) async fn query(cluster: &Cluster, name: &str) -> Result<Answer, String> {
    let socket = UdpSocket::bind("0.0.0.0:0").await.map_err(text)?;
    socket
        .connect(&cluster.pdns().dns_address)
        .await
        .map_err(text)?;
    socket.send(&question(name)).await.map_err(text)?;
    let mut answer = [0; 1500];
    let received = timeout(Duration::from_secs(2), socket.recv(&mut answer)).await;
    let length = received.map_err(text)?.map_err(text)?;
    read(&answer[..length], question(name).len())
}

/// Waits until the name has exactly one address, and returns it.
pub(crate) async fn resolve(cluster: &Cluster, name: &str) -> Ipv4Addr {
    wait_for(
        &format!("an address of {name}"),
        WITHIN,
        async || match query(cluster, name).await? {
            Answer::Addresses(found) if found.len() == 1 => Ok(found[0]),
            other => Err(format!("{other:?}")),
        },
    )
    .await
    .unwrap()
}

/// Waits until the name does not exist.
pub(crate) async fn gone(cluster: &Cluster, name: &str) {
    wait_for(
        &format!("{name} to be gone"),
        WITHIN,
        async || match query(cluster, name).await? {
            Answer::NoSuchName => Ok(()),
            other @ Answer::Addresses(_) => Err(format!("{other:?}")),
        },
    )
    .await
    .unwrap();
}

fn question(name: &str) -> Vec<u8> {
    // Identifier 1, recursion desired, one question; the name as labels with their lengths; type A, class IN.
    let mut message = vec![0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in name.split('.') {
        message.push(u8::try_from(label.len()).unwrap());
        message.extend(label.bytes());
    }
    message.extend([0, 0, 1, 0, 1]);
    message
}

fn read(message: &[u8], question_length: usize) -> Result<Answer, String> {
    let number = |at: usize| u16::from_be_bytes([message[at], message[at + 1]]);
    match message[3] & 0x0f {
        0 => {}
        3 => return Ok(Answer::NoSuchName),
        code => return Err(format!("the DNS server answers with code {code}")),
    }
    let mut at = question_length;
    let mut addresses = Vec::new();
    for _ in 0..number(6) {
        // A pointer (two bytes) stands for the name that was asked for.
        let (kind, length) = (number(at + 2), usize::from(number(at + 10)));
        let data = &message[at + 12..at + 12 + length];
        if kind == 1 {
            addresses.push(Ipv4Addr::from(<[u8; 4]>::try_from(data).unwrap()));
        }
        at += 12 + length;
    }
    Ok(Answer::Addresses(addresses))
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
