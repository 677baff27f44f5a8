//! A name server that says something else the second time. It needs a network and a `/etc/resolv.conf` of its own, so the
//! test runs itself again in namespaces.

use std::{
    fs,
    net::{IpAddr, Ipv4Addr},
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use maquette_host::CallError;
use tokio::net::UdpSocket;

use crate::{
    common::server::{Reply, Server},
    stage::{attack, turn},
};

/// An address that is public, and in these namespaces our own.
const PUBLIC: Ipv4Addr = Ipv4Addr::new(8, 8, 4, 4);
const INSIDE: &str = "MAQUETTE_HOSTILE_INSIDE";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_is_public_when_it_is_checked_and_private_when_it_is_used() {
    if std::env::var_os(INSIDE).is_some() {
        return rebinds().await;
    }
    let this = "names::a_name_that_is_public_when_it_is_checked_and_private_when_it_is_used";
    // What the other process measures is its own, too.
    let _turn = turn().await;
    let ended = Command::new("unshare")
        .args(["--mount", "--net"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", this, "--nocapture"])
        .env(INSIDE, "1")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&ended.stdout);
    print!(
        "{}",
        text.lines()
            .filter(|l| l.starts_with("network:"))
            .collect::<String>()
    );
    assert!(
        ended.status.success() && text.contains("1 passed"),
        "{text}{}",
        String::from_utf8_lossy(&ended.stderr)
    );
}

async fn rebinds() {
    prepare();
    attack(
        "network",
        "a name that is public when it is checked and private when it is used",
        async |stage| {
            let questions = name_server().await;
            let outside = Server::start_at("0.0.0.0:0", |_| Reply::ok("outside")).await;
            let url = format!("http://rebinds.example:{}", outside.address.port());
            let request = format!("GET\n{url}/");
            // The connection goes to the address that was checked: the name is asked for once.
            let seen = stage.send(&url, &request).await.unwrap();
            assert_eq!(seen.last().map(String::as_str), Some("outside"));
            assert_eq!(questions.load(Ordering::Relaxed), 1);
            // From now on the name stands for the node itself, where the same server listens.
            match stage.send(&url, &request).await.unwrap_err() {
                CallError::Denied(text) => {
                    assert!(text.contains("127.0.0.1"), "{text}");
                    assert_eq!(outside.requests().len(), 1);
                    format!("connected is where was checked, asked once; then: {text}")
                }
                other => panic!("{other}"),
            }
        },
    )
    .await;
}

/// An interface with a public address, and a file that names our name server.
fn prepare() {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), "nameserver 127.0.0.1\n").unwrap();
    let (_, path) = file.keep().unwrap();
    let path = path.to_string_lossy().into_owned();
    let public = format!("{PUBLIC}/32");
    for command in [
        &["ip", "link", "set", "lo", "up"][..],
        &["ip", "address", "add", &public, "dev", "lo"],
        &["mount", "--make-rprivate", "/"],
        &["mount", "--bind", &path, "/etc/resolv.conf"],
    ] {
        let ended = Command::new(command[0]).args(&command[1..]).status();
        assert!(ended.unwrap().success(), "{command:?}");
    }
}

/// Answers the first question for an IPv4 address with the public one and every later one with loopback; there is no
/// IPv6 address. Gives how many were asked.
async fn name_server() -> Arc<AtomicUsize> {
    let socket = UdpSocket::bind((IpAddr::from(Ipv4Addr::LOCALHOST), 53))
        .await
        .unwrap();
    let questions = Arc::new(AtomicUsize::new(0));
    let counted = questions.clone();
    tokio::spawn(async move {
        let mut bytes = [0; 512];
        while let Ok((length, asker)) = socket.recv_from(&mut bytes).await {
            let question = &bytes[..length];
            // Header of 12 bytes, labels up to an empty one, type and class (RFC 1035, section 4.1).
            let end = 12 + question[12..].iter().position(|byte| *byte == 0).unwrap() + 5;
            let wants_ipv4 = question[end - 4..end - 2] == [0, 1];
            let mut answer = question[..end].to_vec();
            answer[2..12].copy_from_slice(&[0x81, 0x80, 0, 1, 0, u8::from(wants_ipv4), 0, 0, 0, 0]);
            if wants_ipv4 {
                let first = counted.fetch_add(1, Ordering::Relaxed) == 0;
                let address = if first { PUBLIC } else { Ipv4Addr::LOCALHOST };
                answer.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4]);
                answer.extend(address.octets());
            }
            socket.send_to(&answer, asker).await.unwrap();
        }
    });
    questions
}
