//! What one plugin costs: from the registry to the first call, from the cache to the first call, a call beside the work
//! itself (a store, an instance, `normalize` with one record set, and dropping all of it), and the memory that it takes
//! while it is loaded. Prints one line of JSON.
//!
//! `cargo run --release -p maquette-host --example call_overhead -- PLUGIN.wasm [CONFIG-JSON]`
//!
//! The component needs no manifest section: it is added here. Its credentials and hosts are granted as it asks. It is
//! compiled in a process of its own, as the operator does: this program is that, too.
#![expect(clippy::print_stdout, reason = "printing is what it is for")]

#[path = "support/grants.rs"]
mod grants;
#[path = "support/shelf.rs"]
mod shelf;
#[path = "support/times.rs"]
mod times;

use std::{
    error::Error,
    path::Path,
    process::ExitCode,
    time::{Duration, Instant},
};

use maquette_host::{
    Compiler, Digest, Dns, Host, Settings, Wanted,
    dns::{RecordSet, RecordType},
};
use tokio::task::JoinHandle;

use times::Times;

/// Calls that are measured, unless they take longer than [`TIME`].
const CALLS: usize = 20_000;
const TIME: Duration = Duration::from_secs(8);
/// Calls before anything is measured.
const WARM: usize = 200;
/// Copies of the plugin with digests of their own: what those after the first add is what a plugin takes. Fewer of one
/// that takes long to compile.
const COPIES: u8 = 3;
const COPIES_OF_LARGE: u8 = 2;
/// From where on a component is large, in bytes.
const LARGE: usize = 8 << 20;
/// First argument of the process that compiles.
const COMPILE: &str = "compile-plugin";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some((COMPILE, rest)) = arguments.split_first().map(|(a, b)| (a.as_str(), b)) {
        return maquette_host::compile_plugin(rest.iter().cloned());
    }
    let runtime = tokio::runtime::Runtime::new();
    let measured = runtime
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(measure(&arguments)));
    match measured {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(arguments: &[String]) -> Result<String, Box<dyn Error>> {
    let path = arguments
        .first()
        .ok_or("name a component: call_overhead PLUGIN.wasm [CONFIG-JSON]")?;
    let config = arguments
        .get(1)
        .map_or(r#"{"url":"http://127.0.0.1:9"}"#, String::as_str);
    let mut wasm = std::fs::read(path)?;
    if maquette_host::inspect(&wasm)?.manifest.is_none() {
        let manifest = maquette_host::describe(&wasm).await?;
        wasm = shelf::with_manifest(&wasm, &serde_json::to_vec(&manifest)?);
    }
    let cache = tempfile::tempdir()?;
    let offered = offer(&wasm).await?;

    let fresh = host(cache.path())?;
    let mut from_registry = Vec::new();
    for (wanted, _) in &offered {
        let started = Instant::now();
        first_call(&fresh, wanted, config).await?;
        from_registry.push(started.elapsed());
    }
    drop(fresh);

    let again = host(cache.path())?;
    let (mut from_cache, mut occupied, mut dns) = (Vec::new(), Vec::new(), None);
    for (wanted, _) in &offered {
        let started = Instant::now();
        dns = Some(first_call(&again, wanted, config).await?);
        from_cache.push(started.elapsed());
        occupied.push(times::occupied()?);
    }
    for (_, serving) in offered {
        serving.abort();
    }
    let calls = calls(&dns.ok_or("no copy was offered")?).await?;
    Ok(serde_json::json!({
        "calls": calls.len(),
        "p50_us": calls.micros(0.5),
        "p99_us": calls.micros(0.99),
        "max_us": calls.micros(1.0),
        "install_ms": Times::new(from_registry).millis(0.5),
        "install_from_cache_ms": Times::new(from_cache).millis(0.5),
        "loaded_kib": loaded(&occupied),
        "component_bytes": wasm.len(),
    })
    .to_string())
}

/// What each copy after the first added, in KiB.
fn loaded(occupied: &[u64]) -> u64 {
    match occupied {
        [first, .., last] => last.saturating_sub(*first) / (occupied.len() as u64 - 1) / 1024,
        _ => 0,
    }
}

/// Every copy in a registry of its own.
async fn offer(wasm: &[u8]) -> Result<Vec<(Wanted, JoinHandle<()>)>, Box<dyn Error>> {
    let mut offered = Vec::new();
    let copies = if wasm.len() < LARGE {
        COPIES
    } else {
        COPIES_OF_LARGE
    };
    for copy in 0..copies {
        offered.push(shelf::serve(&shelf::with_section(wasm, "copy", &[copy])).await?);
    }
    Ok(offered)
}

fn host(cache: &Path) -> Result<Host, Box<dyn Error>> {
    let compiler = Compiler::Process {
        program: std::env::current_exe()?,
        arguments: vec![COMPILE.into()],
    };
    let mut settings = Settings::new(cache);
    settings.compiler = compiler;
    // It is measured, not limited.
    settings.compile.timeout = Duration::from_mins(10);
    settings.compile.cpu_time = Duration::from_mins(10);
    Ok(Host::new(settings)?)
}

/// Installs, grants everything that the plugin asks for, and calls it once.
async fn first_call(host: &Host, wanted: &Wanted, config: &str) -> Result<Dns, Box<dyn Error>> {
    let installed = host.install(wanted).await?;
    let (digest, manifest): (Digest, _) = (installed.digest, installed.manifest);
    let grants = grants::everything_that(&manifest, serde_json::from_str(config)?)?;
    let dns = host.provider("bench", &digest, grants)?.dns()?;
    dns.normalize(&grants::call(), &record()).await?;
    Ok(dns)
}

async fn calls(dns: &Dns) -> Result<Times, Box<dyn Error>> {
    let record = record();
    for _ in 0..WARM {
        dns.normalize(&grants::call(), &record).await?;
    }
    let (mut times, began) = (Vec::with_capacity(CALLS), Instant::now());
    while times.len() < CALLS && began.elapsed() < TIME {
        let call = grants::call();
        let started = Instant::now();
        dns.normalize(&call, &record).await?;
        times.push(started.elapsed());
    }
    Ok(Times::new(times))
}

fn record() -> [RecordSet; 1] {
    [RecordSet {
        name: "web.preview.example.com".to_owned(),
        kind: RecordType::A,
        ttl: 60,
        values: vec!["192.0.2.1".to_owned()],
    }]
}
