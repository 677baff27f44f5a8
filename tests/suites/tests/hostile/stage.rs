//! Where attacks happen: one host, as the operator has it, and a neighbour whose calls are timed.

use std::{
    fs,
    sync::Arc,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::{Duration, Instant},
};

use maquette_host::{
    CallError, Compiler, Digest, Dns, Grants, Host, Limits, Settings,
    dns::{RecordSet, RecordType},
};
use tokio::sync::{Mutex, MutexGuard, OnceCell};

use crate::{
    common::{behave, call, grants, guest, server, shelf::Shelf},
    table::{self, Told},
    versions::{self, Version},
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
    /// The contract that the attacking plugins are built against.
    pub(crate) version: Version,
    pub(crate) host: Host,
    pub(crate) guest: Digest,
    neighbour: Dns,
}

/// Attacks come one after the other, so that what is measured is theirs.
static TURN: Mutex<()> = Mutex::const_new(());
static STAGES: OnceCell<Vec<Stage>> = OnceCell::const_new();
/// Bytes of this process when the attack began.
static BEFORE: AtomicU64 = AtomicU64::new(0);

impl Stage {
    /// One for each released version of the contract, on one host.
    async fn start() -> Vec<Self> {
        let cache = tempfile::tempdir().unwrap().keep();
        let mut settings = Settings::new(&cache);
        settings.extra_ca_pem = server::authority().pem.clone().into_bytes();
        settings.compiler = compiler();
        let host = Host::new(settings).unwrap();
        let good = install(&host, guest::plugin()).await;
        let neighbour = grants("http://127.0.0.1:9");
        let neighbour = host.provider("neighbour", &good, neighbour).unwrap();
        let mut stages = Vec::new();
        for version in versions::released() {
            let guest = install(&host, version.guest()).await;
            stages.push(Self {
                version,
                neighbour: neighbour.dns().unwrap(),
                host: host.clone(),
                guest,
            });
        }
        stages
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

/// Ends when no attack goes on, and none begins while the guard lives.
pub(crate) async fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().await
}

/// Makes an attack with a plugin of every released version of the contract, while the neighbour is timed. What it gives
/// says what stopped it.
pub(crate) async fn attack(
    group: &'static str,
    tried: &'static str,
    work: impl AsyncFn(&Stage) -> String,
) {
    let _turn = turn().await;
    for stage in STAGES.get_or_init(Stage::start).await {
        attack_on(stage, group, tried, &work).await;
    }
}

async fn attack_on(
    stage: &Stage,
    group: &'static str,
    tried: &'static str,
    work: &impl AsyncFn(&Stage) -> String,
) {
    // Compiles and links before anything is timed.
    stage.behave("remembers").await.unwrap();
    let alone = time(&stage.neighbour, &AtomicBool::new(true)).await;

    let done = Arc::new(AtomicBool::new(false));
    let (neighbour, watched) = (stage.neighbour.clone(), done.clone());
    let timing = tokio::spawn(async move { time(&neighbour, &watched).await });
    begins();
    let started = Instant::now();
    let stopped = work(stage).await;
    let took = started.elapsed();
    let grown = peak().saturating_sub(BEFORE.load(Ordering::Relaxed));
    done.store(true, Ordering::Relaxed);
    let beside = timing.await.unwrap();

    // Whatever was done, the next call of the same plugin is as the first was.
    assert_eq!(stage.behave("remembers").await.unwrap(), ["0"]);
    table::tell(&Told {
        group,
        tried,
        contract: &stage.version.name,
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

/// From here on the peak of this process counts (proc(5), `clear_refs`). An attack that was laborious to arrange says so
/// when it is.
pub(crate) fn begins() {
    fs::write("/proc/self/clear_refs", "5").unwrap();
    BEFORE.store(status("VmRSS:"), Ordering::Relaxed);
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
