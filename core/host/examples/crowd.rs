//! 1,000 callers of 50 providers on one host, without and with one provider among them whose plugin is hostile. Prints
//! one line of JSON: what the calls of the other 49 took.
//!
//! `cargo run --release -p maquette-host --example crowd -- GUEST.wasm`
//!
//! The guest is the one of the host's tests (core/host/tests/guests): its behaviours are what the hostile provider does.
//! Each caller calls again as soon as it is answered, so that there always are as many calls as callers. Runs with and
//! without the hostile provider take turns, so that both see the same machine.
#![expect(clippy::print_stdout, reason = "printing is what it is for")]

#[path = "support/grants.rs"]
mod grants;
#[path = "support/shelf.rs"]
mod shelf;
#[path = "support/times.rs"]
mod times;

use std::{
    error::Error,
    time::{Duration, Instant},
};

use maquette_host::{
    Dns, Host, Settings,
    dns::{RecordSet, RecordType},
};
use tokio::task::JoinSet;

use times::Times;

const PROVIDERS: usize = 50;
/// Callers of each provider.
const CALLERS: usize = 20;
const RUN: Duration = Duration::from_secs(5);
/// Runs of each kind.
const RUNS: usize = 3;
/// What the hostile provider's callers ask for, in turn.
const HOSTILITIES: [&str; 5] = [
    "loops",
    "eats-memory",
    "sleeps",
    "floods-the-log",
    "overflows-its-stack",
];

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args()
        .nth(1)
        .ok_or("name the guest: crowd GUEST.wasm")?;
    let mut wasm = std::fs::read(&path)?;
    if maquette_host::inspect(&wasm)?.manifest.is_none() {
        let manifest = maquette_host::describe(&wasm).await?;
        wasm = shelf::with_manifest(&wasm, &serde_json::to_vec(&manifest)?);
    }
    let cache = tempfile::tempdir()?;
    let (wanted, serving) = shelf::serve(&wasm).await?;
    let host = Host::new(Settings::new(cache.path()))?;
    let installed = host.install(&wanted).await?;
    serving.abort();
    let mut providers = Vec::new();
    for number in 0..PROVIDERS {
        let config = serde_json::json!({ "url": "http://127.0.0.1:9" });
        let grants = grants::everything_that(&installed.manifest, config)?;
        providers.push(
            host.provider(&format!("provider-{number}"), &installed.digest, grants)?
                .dns()?,
        );
    }
    let (hostile, good) = providers.split_first().ok_or("no providers")?;
    // Compiles and fills what is pooled.
    run(good, None, Duration::from_secs(1)).await?;
    let (mut without, mut with) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        without.extend(run(good, None, RUN).await?);
        with.extend(run(good, Some(hostile), RUN).await?);
    }
    let per_second = |times: &[Duration]| times.len() as u64 / (RUN.as_secs() * RUNS as u64);
    let (calls_without, calls_with) = (per_second(&without), per_second(&with));
    let (without, with) = (Times::new(without), Times::new(with));
    println!(
        "{}",
        serde_json::json!({
            "providers": PROVIDERS,
            "callers": PROVIDERS * CALLERS,
            "without_p50_ms": without.millis(0.5),
            "without_p99_ms": without.millis(0.99),
            "without_per_second": calls_without,
            "with_p50_ms": with.millis(0.5),
            "with_p99_ms": with.millis(0.99),
            "with_per_second": calls_with,
        })
    );
    Ok(())
}

/// Has the good providers called by their callers, and the hostile one by its own. Gives the times of the good ones'
/// calls; every one has to succeed.
async fn run(
    good: &[Dns],
    hostile: Option<&Dns>,
    time: Duration,
) -> Result<Vec<Duration>, Box<dyn Error>> {
    let until = Instant::now() + time;
    let mut callers = JoinSet::new();
    for dns in good {
        for _ in 0..CALLERS {
            callers.spawn(calls(dns.clone(), until));
        }
    }
    let mut attackers = JoinSet::new();
    for number in 0..hostile.map_or(0, |_| CALLERS) {
        if let Some(dns) = hostile {
            attackers.spawn(attack(dns.clone(), number));
        }
    }
    let mut times = Vec::new();
    while let Some(done) = callers.join_next().await {
        times.extend(done?.map_err(|error| format!("a good provider's call failed: {error}"))?);
    }
    attackers.shutdown().await;
    Ok(times)
}

async fn calls(dns: Dns, until: Instant) -> Result<Vec<Duration>, maquette_host::CallError> {
    let record = [RecordSet {
        name: "web.preview.example.com".to_owned(),
        kind: RecordType::A,
        ttl: 60,
        values: vec!["192.0.2.1".to_owned()],
    }];
    let mut times = Vec::new();
    while Instant::now() < until {
        let started = Instant::now();
        dns.normalize(&grants::call(), &record).await?;
        times.push(started.elapsed());
    }
    Ok(times)
}

/// Never ends by itself; what comes of the calls does not matter.
async fn attack(dns: Dns, number: usize) {
    let argument = ["n".to_owned()];
    for what in HOSTILITIES.iter().cycle().skip(number) {
        let _ = dns.observe(&grants::call(), what, &argument).await;
    }
}
