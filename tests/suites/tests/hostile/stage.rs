//! Where attacks happen: one host, as the operator has it, and a neighbour whose calls are timed.

use std::{
    fs,
    sync::Arc,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use maquette_host::{
    CallError, Compiler, Digest, Dns, Grants, Host, Limits, Settings,
    dns::{RecordSet, RecordType},
};
use tokio::sync::{Mutex, OnceCell};

use crate::{
    common::{behave, call, grants, guest, server, shelf::Shelf},
    table::{self, Told},
};

/// What an attacking call may take: less than usual, so that the attacks end soon.
pub(crate) const LIMITS: Limits = Limits {
    memory_bytes: 64 << 20,
    timeout: Duration::from_secs(3),
    cpu_time: Duration::from_millis(500),
    concurrency: 4,
};
/// How long the neighbour is timed alone, and at least during an attack.
const SAMPLE: Duration = Duration::from_millis(400);
/// Time between two calls of the neighbour.
const PACE: Duration = Duration::from_millis(2);

/// A host with the guest installed, and its providers.
pub(crate) struct Stage {
    pub(crate) host: Host,
    pub(crate) guest: Digest,
    neighbour: Dns,
}

/// Attacks come one after the other, so that what is measured is theirs.
static TURN: Mutex<()> = Mutex::const_new(());
static STAGE: OnceCell<Arc<Stage>> = OnceCell::const_new();

impl Stage {
    async fn start() -> Arc<Self> {
        let cache = tempfile::tempdir().unwrap().keep();
        let mut settings = Settings::new(&cache);
        settings.extra_ca_pem = server::authority().pem.clone().into_bytes();
        settings.compiler = compiler();
        let host = Host::new(settings).unwrap();
        let guest = install(&host, guest::plugin()).await;
        let neighbour = grants("http://127.0.0.1:9");
        let neighbour = host.provider("neighbour", &guest, neighbour).unwrap();
        Arc::new(Self {
            neighbour: neighbour.dns().unwrap(),
            host,
            guest,
        })
    }

    /// A provider with this plugin that may call this server.
    pub(crate) fn provider(&self, plugin: &Digest, url: &str) -> Dns {
        self.granted(plugin, grants(url))
    }

    pub(crate) fn granted(&self, plugin: &Digest, grants: Grants) -> Dns {
        let grants = Grants {
            limits: LIMITS,
            ..grants
        };
        let provider = self.host.provider("attacker", plugin, grants).unwrap();
        provider.dns().unwrap()
    }

    /// The guest does this, with nothing granted that exists.
    pub(crate) async fn behave(&self, what: &str) -> Result<Vec<String>, CallError> {
        let dns = self.provider(&self.guest, "http://127.0.0.1:9");
        behave(&dns, what, "n").await
    }

    /// The guest sends this request; the server at this URL is granted.
    pub(crate) async fn send(&self, url: &str, request: &str) -> Result<Vec<String>, CallError> {
        let dns = self.provider(&self.guest, url);
        behave(&dns, "sends", request).await
    }
}

/// Compiles as the operator does: in a process of its own.
pub(crate) fn compiler() -> Compiler {
    Compiler::Process {
        program: env!("CARGO_BIN_EXE_hostile-compiler").into(),
        arguments: Vec::new(),
    }
}

pub(crate) async fn install(host: &Host, plugin: Vec<u8>) -> Digest {
    let shelf = Shelf::with(plugin).await;
    let installed = host.install(&shelf.wanted("1.2.3")).await;
    installed.unwrap().digest
}

/// Makes an attack, whose result says what stopped it, while the neighbour is timed.
pub(crate) async fn attack(
    group: &'static str,
    tried: &'static str,
    work: impl AsyncFn(&Stage) -> String,
) {
    let _turn = TURN.lock().await;
    let stage = STAGE.get_or_init(Stage::start).await.clone();
    // Compiles and links before anything is timed.
    stage.behave("remembers").await.unwrap();
    let alone = time(&stage.neighbour, &AtomicBool::new(true)).await;

    let done = Arc::new(AtomicBool::new(false));
    let (neighbour, watched) = (stage.neighbour.clone(), done.clone());
    let timing = tokio::spawn(async move { time(&neighbour, &watched).await });
    let before = reset_peak();
    let started = Instant::now();
    let stopped = work(&stage).await;
    let took = started.elapsed();
    let grown = peak().saturating_sub(before);
    done.store(true, Ordering::Relaxed);
    let beside = timing.await.unwrap();

    // Whatever was done, the next call of the same plugin is as the first was.
    assert_eq!(stage.behave("remembers").await.unwrap(), ["0"]);
    table::tell(&Told {
        group,
        tried,
        stopped,
        took_ms: took.as_millis(),
        grown_kib: grown >> 10,
        alone,
        beside,
    });
}

/// Calls the neighbour again and again until a sample is taken and what happens meanwhile is done. Every call has to
/// succeed. Gives the median and the 99th percentile in microseconds, and the number of calls.
async fn time(dns: &Dns, done: &AtomicBool) -> (u128, u128, usize) {
    let record = [RecordSet {
        name: "web.example.com".to_owned(),
        kind: RecordType::A,
        ttl: 60,
        values: vec!["192.0.2.1".to_owned()],
    }];
    let started = Instant::now();
    let mut times = Vec::new();
    while started.elapsed() < SAMPLE || !done.load(Ordering::Relaxed) {
        let begun = Instant::now();
        dns.normalize(&call(), &record).await.unwrap();
        times.push(begun.elapsed().as_micros());
        tokio::time::sleep(PACE).await;
    }
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100];
    (at(50), at(99), times.len())
}

/// Bytes of this process in memory; from now on the peak counts from here (proc(5), `clear_refs`).
fn reset_peak() -> u64 {
    fs::write("/proc/self/clear_refs", "5").unwrap();
    status("VmRSS:")
}

fn peak() -> u64 {
    status("VmHWM:")
}

fn status(field: &str) -> u64 {
    let text = fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find(|line| line.starts_with(field)).unwrap();
    let kib: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kib << 10
}
