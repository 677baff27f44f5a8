//! What the tests stand on: the built guest, servers that say what a test wants, and a shelf that is a registry.

pub mod guest;
pub mod server;
pub mod shelf;
mod signed;
pub mod signing;

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use maquette_host::{Call, CallError, Digest, Dns, Grants, Host, Limits, Secret, Settings};
use tokio::sync::OnceCell;

/// One host for all tests that only call: the guest is compiled once.
static HOST: OnceCell<(Host, Digest)> = OnceCell::const_new();

pub async fn host() -> (Host, Digest) {
    let start = || async {
        // Kept for the whole run, like the host.
        let cache = tempfile::tempdir().unwrap().keep();
        let mut settings = Settings::new(&cache);
        settings.extra_ca_pem = server::authority().pem.clone().into_bytes();
        let host = Host::new(settings).unwrap();
        let shelf = shelf::Shelf::with(guest::plugin()).await;
        let installed = host.install(&shelf.wanted("1.2.3")).await.unwrap();
        std::fs::remove_dir_all(cache).unwrap();
        (host, installed.digest)
    };
    HOST.get_or_init(start).await.clone()
}

/// Grants that satisfy the guest's manifest, for a server at this URL.
pub fn grants(url: &str) -> Grants {
    Grants {
        config: serde_json::json!({ "url": url }),
        credentials: BTreeMap::from([("api-key".to_owned(), Secret::new("s3cr3t-api-key"))]),
        egress: vec![maquette_host::Origin::of(url).unwrap()],
        ..Grants::default()
    }
}

pub fn short(limits: Limits) -> Limits {
    Limits {
        timeout: Duration::from_secs(20),
        cpu_time: Duration::from_millis(300),
        ..limits
    }
}

pub async fn dns_with(name: &str, grants: Grants) -> Dns {
    let (host, digest) = host().await;
    host.provider(name, &digest, grants).unwrap().dns().unwrap()
}

/// A provider that may call nothing that exists.
pub async fn dns(name: &str) -> Dns {
    dns_with(name, grants("http://127.0.0.1:9")).await
}

pub fn call() -> Call {
    Call {
        installation: "cluster-1".into(),
        object: "DNSRecord/shop/web".into(),
        idempotency_key: "key-1".into(),
        deadline: Instant::now() + Duration::from_secs(60),
    }
}

/// Does what the guest calls `zone`, and gives the values that it returned.
pub async fn behave(dns: &Dns, zone: &str, argument: &str) -> Result<Vec<String>, CallError> {
    let observed = dns.observe(&call(), zone, &[argument.to_owned()]).await?;
    Ok(observed
        .into_iter()
        .flat_map(|observed| observed.records.values)
        .collect())
}

/// Waits until something holds, and says what was waited for when it does not.
pub async fn eventually(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !condition() {
        assert!(Instant::now() < deadline, "{what} did not happen");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// What is logged on this thread until the guard is dropped.
#[derive(Clone, Default)]
pub struct Lines(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl Lines {
    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl std::io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

pub fn captured_log() -> (Lines, tracing::subscriber::DefaultGuard) {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    (lines, tracing::subscriber::set_default(subscriber))
}
