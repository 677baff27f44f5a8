//! Plugins that try to reach what was not granted, and servers that lead them there.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use maquette_host::CallError;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use crate::{
    common::{
        behave, grants,
        server::{Reply, Server},
    },
    stage::{Stage, attack},
};

const GROUP: &str = "network";

fn get(url: &str) -> String {
    format!("GET\n{url}/")
}

fn denied(result: Result<Vec<String>, CallError>) -> String {
    match result.unwrap_err() {
        CallError::Denied(text) => format!("Denied: {text}"),
        other => panic!("{other}"),
    }
}

/// Calls a server that is not granted, and then with its name granted but not its range.
async fn forbidden(stage: &Stage, url: &str) -> String {
    let other = stage.send("http://127.0.0.1:9", &get(url)).await;
    assert!(denied(other).contains("is not granted"));
    denied(stage.send(url, &get(url)).await)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_metadata_service_of_the_cloud() {
    attack(
        GROUP,
        "the metadata service at 169.254.169.254",
        async |stage| {
            let stopped = stage
                .send("http://127.0.0.1:9", &get("http://169.254.169.254"))
                .await;
            denied(stopped)
        },
    )
    .await;
    attack(
        GROUP,
        "the metadata service at fd00:ec2::254",
        async |stage| {
            denied(
                stage
                    .send("http://127.0.0.1:9", &get("http://[fd00:ec2::254]"))
                    .await,
            )
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn addresses_in_disguise() {
    attack(
        GROUP,
        "mapped, decimal, hexadecimal and octal forms of an address",
        async |stage| {
            let mut stopped = String::new();
            for host in [
                "[::ffff:169.254.169.254]",
                "[::ffff:a9fe:a9fe]",
                "2852039166",
                "0xa9fea9fe",
                "0251.0376.0251.0376",
                "169.254.43518",
            ] {
                let result = stage
                    .send("http://127.0.0.1:9", &get(&format!("http://{host}")))
                    .await;
                stopped = denied(result);
            }
            stopped
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_granted_name_that_leads_inside() {
    attack(
        GROUP,
        "a granted name that resolves to an address of the node",
        async |stage| {
            let inside = Server::start(|_| Reply::ok("inside")).await;
            let url = format!("http://localhost:{}", inside.address.port());
            let stopped = forbidden(stage, &url).await;
            assert_eq!(inside.requests().len() + inside.open(), 0);
            stopped
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_ranges_of_the_cluster() {
    attack(
        GROUP,
        "addresses of the API server, of Services and of pods",
        async |stage| {
            let mut stopped = String::new();
            for host in [
                "10.96.0.1:443",
                "10.244.0.7:8080",
                "172.17.0.1:6443",
                "[fd00::1]:443",
            ] {
                let result = stage
                    .send("http://127.0.0.1:9", &get(&format!("https://{host}")))
                    .await;
                stopped = denied(result);
            }
            stopped
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redirect_to_a_forbidden_host() {
    attack(GROUP, "a redirect to a forbidden host", async |stage| {
        let target = Server::start(|_| Reply::ok("secret")).await;
        let location = target.url();
        let server = Server::start(move |_| Reply::new(302, &[("location", &location)], "")).await;
        let url = server.url();
        let seen = stage.send(&url, &get(&url)).await.unwrap();
        assert_eq!(seen[0], "302");
        assert_eq!(target.requests().len() + target.open(), 0);
        let followed = stage.send(&url, &get(&target.url())).await;
        format!(
            "not followed; where the plugin follows it: {}",
            denied(followed)
        )
    })
    .await;
}

/// A server that keeps connections open and counts them.
async fn keeping() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(async move {
                let mut seen = [0; 4096];
                while stream.read(&mut seen).await.is_ok_and(|n| n > 0) {
                    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
                    stream.write_all(answer).await.unwrap();
                }
            });
        }
    });
    (url, count)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_another_call_left_open() {
    attack(
        GROUP,
        "reuse of a connection that another provider opened",
        async |stage| {
            let (url, connections) = keeping().await;
            for expected in 1..=3 {
                stage.send(&url, &get(&url)).await.unwrap();
                assert_eq!(connections.load(Ordering::Relaxed), expected);
            }
            // A provider without the grant does not get it either.
            let stopped = denied(stage.send("http://127.0.0.1:9", &get(&url)).await);
            assert_eq!(connections.load(Ordering::Relaxed), 3);
            format!("each request has a connection of its own; {stopped}")
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn headers_and_lines_that_smuggle() {
    attack(
        GROUP,
        "Host, framing and proxy headers, and line breaks in them",
        async |stage| {
            let server = Server::start(|_| Reply::ok("")).await;
            let url = server.url();
            for header in [
                "host: evil.example",
                "transfer-encoding: chunked",
                "connection: upgrade",
                "proxy-authorization: x",
                "upgrade: h2c",
                "x-a: b\r\nhost: evil.example",
                "x-a: b\rhost: evil.example",
            ] {
                let result = stage.send(&url, &format!("GET\n{url}\n{header}")).await;
                assert!(result.is_err(), "{header}: {result:?}");
            }
            for method in ["CONNECT", "TRACE"] {
                denied(stage.send(&url, &format!("{method}\n{url}")).await);
            }
            for target in ["/\r\nhost: evil.example", "/a b", "/\u{0}"] {
                let result = stage.send(&url, &format!("GET\n{url}{target}")).await;
                assert!(result.is_err(), "{target:?}");
            }
            assert!(server.requests().is_empty());
            "refused before a connection is made".to_owned()
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_credential_in_the_wrong_place() {
    attack(
        GROUP,
        "a credential in a header, URL or body that is not its own",
        async |stage| {
            let server = Server::start(|_| Reply::ok("")).await;
            let url = server.url();
            let dns = stage.granted(&stage.guest, grants(&url));
            let mut stopped = String::new();
            for request in [
                format!("GET\n{url}/\nAuthorization: {{api-key}}"),
                format!("GET\n{url}/\nX-Other: {{api-key}}"),
                format!("GET\n{url}/?key={{api-key}}"),
            ] {
                stopped = denied(behave(&dns, "sends", &request).await);
            }
            assert!(server.requests().is_empty());
            // In the body it is a text that stands for nothing.
            behave(&dns, "sends", &format!("POST\n{url}/\n> {{api-key}}"))
                .await
                .unwrap();
            let body = server.requests().remove(0).body;
            assert!(!body.contains("s3cr3t"), "{body}");
            stopped
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dns_messages_to_servers_that_are_not_granted() {
    attack(
        GROUP,
        "DNS messages over TCP to a server that is not granted",
        async |stage| {
            let inside = Server::start(|_| Reply::ok("inside")).await;
            let dns = stage.provider(&stage.guest, &inside.url());
            let here = format!("tcp://{}", inside.address);
            let mut stopped = String::new();
            // A grant of the same address for HTTP is none for DNS.
            for server in [
                here.as_str(),
                "tcp://169.254.169.254:53",
                "tcp://10.96.0.10:53",
            ] {
                let error = behave(&dns, "exchanges", server).await.unwrap_err();
                stopped = error.to_string();
                let told = format!("called {server}, which is not granted");
                assert!(stopped.contains(&told), "{stopped}");
            }
            assert_eq!(inside.requests().len() + inside.open(), 0);
            stopped
        },
    )
    .await;
}
