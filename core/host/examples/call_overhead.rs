//! What one plugin call costs beside the work itself: a store, an instance, the call of `normalize` with one record
//! set, and dropping all of it. Prints one line of JSON, times in microseconds.
//!
//! `cargo run --release -p maquette-host --example call_overhead -- PLUGIN.wasm [CONFIG-JSON]`
//!
//! The component needs no manifest section: it is added here. Its credentials and hosts are granted as it asks.
#![expect(clippy::print_stdout, reason = "printing is what it is for")]

#[path = "support/shelf.rs"]
mod shelf;

use std::{
    error::Error,
    time::{Duration, Instant},
};

use maquette_host::{
    Call, Grants, Host, Manifest, Origin, Secret, Settings, Wanted,
    dns::{RecordSet, RecordType},
    manifest,
};

const CALLS: usize = 20_000;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments
        .next()
        .ok_or("name a component: call_overhead PLUGIN.wasm [CONFIG-JSON]")?;
    let config = arguments
        .next()
        .unwrap_or_else(|| r#"{"url":"http://127.0.0.1:9"}"#.to_owned());
    let mut wasm = std::fs::read(&path)?;
    if maquette_host::inspect(&wasm)?.manifest.is_none() {
        let manifest = maquette_host::describe(&wasm).await?;
        wasm = shelf::with_manifest(&wasm, &serde_json::to_vec(&manifest)?);
    }

    let cache = tempfile::tempdir()?;
    let (wanted, serving) = shelf::serve(&wasm).await?;
    let (first, _) = install(cache.path(), &wanted).await?;
    let (cached, host) = install(cache.path(), &wanted).await?;
    serving.abort();

    let installed = maquette_host::inspect(&wasm)?
        .manifest
        .ok_or("no manifest")?;
    let grants = everything_that(&installed, serde_json::from_str(&config)?)?;
    let dns = host.0.provider("bench", &host.1, grants)?.dns()?;
    let record = RecordSet {
        name: "web.preview.example.com".to_owned(),
        kind: RecordType::A,
        ttl: 60,
        values: vec!["192.0.2.1".to_owned()],
    };
    let mut times = Vec::with_capacity(CALLS);
    for round in 0..CALLS + 500 {
        let call = Call {
            installation: "bench".to_owned(),
            object: "bench".to_owned(),
            idempotency_key: "bench".to_owned(),
            deadline: Instant::now() + Duration::from_secs(10),
        };
        let started = Instant::now();
        dns.normalize(&call, std::slice::from_ref(&record)).await?;
        if round >= 500 {
            times.push(started.elapsed());
        }
    }
    times.sort();
    let at = |share: f64| {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a rank"
        )]
        let rank = (times.len() as f64 * share) as usize;
        times.get(rank).map_or(0.0, |time| time.as_secs_f64() * 1e6)
    };
    println!(
        r#"{{"calls":{CALLS},"p50_us":{:.1},"p99_us":{:.1},"max_us":{:.1},"install_ms":{:.1},"install_from_cache_ms":{:.1},"component_bytes":{}}}"#,
        at(0.5),
        at(0.99),
        at(1.0 - 1.0 / 1e9),
        first.as_secs_f64() * 1e3,
        cached.as_secs_f64() * 1e3,
        wasm.len(),
    );
    Ok(())
}

type Ready = (Host, maquette_host::Digest);

/// A new host over the cache, as after a start, and how long installing took it.
async fn install(
    cache: &std::path::Path,
    wanted: &Wanted,
) -> Result<(Duration, Ready), Box<dyn Error>> {
    let host = Host::new(Settings::new(cache))?;
    let started = Instant::now();
    let installed = host.install(wanted).await?;
    Ok((started.elapsed(), (host, installed.digest)))
}

/// Grants everything that the plugin asks for, with worthless credentials.
fn everything_that(asks: &Manifest, config: serde_json::Value) -> Result<Grants, Box<dyn Error>> {
    let secret = || Secret::new("user:password");
    let mut egress = Vec::new();
    for host in &asks.hosts {
        let url = match host {
            manifest::Host::Fixed(url) => url.as_str(),
            manifest::Host::FromConfig(pointer) => config
                .pointer(pointer)
                .and_then(serde_json::Value::as_str)
                .ok_or("the configuration has no URL")?,
        };
        egress.push(Origin::of(url)?);
    }
    let credentials = asks
        .credentials
        .iter()
        .map(|declared| (declared.name.clone(), secret()))
        .collect();
    Ok(Grants {
        config,
        credentials,
        egress,
        ..Grants::default()
    })
}
