//! The shop against a real redis.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a helper of a test fails the test by panicking"
)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A redis of its own on a free port; ends with the value.
fn redis(folder: &tempfile::TempDir) -> (Running, String) {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let child = Command::new("redis-server")
        .args([
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--port",
            &port.to_string(),
            "--dir",
        ])
        .arg(folder.path())
        .stdout(Stdio::null())
        .spawn()
        .expect("redis-server runs (Debian package redis-server)");
    let running = Running(child);
    let deadline = Instant::now() + Duration::from_secs(10);
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < deadline, "redis does not listen on {port}");
        std::thread::yield_now();
    }
    (running, format!("127.0.0.1:{port}"))
}

fn migrate(redis: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_shop-web"))
        .arg("migrate")
        .env("REDIS", redis)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

fn serve(redis: &str) -> (Running, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_shop-web"))
        .env("REDIS", redis)
        .env("PORT", "0")
        .env("SELF", "http://shop.preview.test")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap())
        .read_line(&mut line)
        .unwrap();
    let port = line.trim().rsplit(':').next().unwrap().to_owned();
    (Running(child), format!("127.0.0.1:{port}"))
}

fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.0\r\nHost: shop\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn a_migrated_shop_counts_every_visit_and_names_its_url() {
    let folder = tempfile::tempdir().unwrap();
    let (_redis, address) = redis(&folder);
    migrate(&address);
    let (_shop, shop) = serve(&address);
    assert!(get(&shop, "/healthz").starts_with("HTTP/1.0 200"));
    assert!(get(&shop, "/").ends_with("\r\n\r\nvisits: 1\nhttp://shop.preview.test\n"));
    assert!(get(&shop, "/").ends_with("\r\n\r\nvisits: 2\nhttp://shop.preview.test\n"));
}

#[test]
fn a_second_migration_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (_redis, address) = redis(&folder);
    assert_eq!(migrate(&address), "schema 1 set\n");
    assert_eq!(migrate(&address), "schema 1 was already set\n");
}

#[test]
fn a_shop_whose_database_was_not_migrated_is_not_ready() {
    let folder = tempfile::tempdir().unwrap();
    let (_redis, address) = redis(&folder);
    let (_shop, shop) = serve(&address);
    let answer = get(&shop, "/healthz");
    assert!(answer.starts_with("HTTP/1.0 503"), "{answer}");
    assert!(
        answer.ends_with("redis has no schema; run `shop-web migrate` first\n"),
        "{answer}"
    );
}

#[test]
fn a_terminated_shop_ends_by_itself_and_without_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let (_redis, address) = redis(&folder);
    let (mut shop, _) = serve(&address);
    assert!(
        Command::new("kill")
            .arg(shop.0.id().to_string())
            .status()
            .unwrap()
            .success()
    );
    assert!(shop.0.wait().unwrap().success());
}
