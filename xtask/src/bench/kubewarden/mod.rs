//! Maquette's plugin host beside Kubewarden's policy-server, on this machine in one run: both are processes that get a
//! reference into the same registry, and both are called over HTTP by the same client.
//!
//! [`system`] starts and calls them, [`client`] is the HTTP connection, [`policy`] is what policy-server runs, [`table`]
//! shows what came of it.

mod client;
mod policy;
mod system;
mod table;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use maquette_harness::process::Run;

use super::field::start_registry;
use super::figure::Section;
use super::{Args, Bench};
use crate::cargo::cargo;
use crate::registry::Registry;
use crate::root::{root, target};
use crate::step::step;
use crate::{binaries, plugin};
use system::{Kind, Started, System};

/// Starts of each system; the systems take turns.
const STARTS: u32 = 5;
/// Rounds of warm calls; the systems take turns.
const ROUNDS: u32 = 4;
/// Calls in a round, and as many requests that ask nothing.
const CALLS: u32 = 1500;
/// Calls before anything is measured.
const WARM: u32 = 300;

/// What was measured of one system.
#[derive(Debug, Clone, Default)]
struct Measured {
    name: String,
    /// Bytes that are pulled.
    size: usize,
    /// From an empty folder to the first answer.
    first: Vec<Duration>,
    /// The same from the folder that the first start left.
    again: Vec<Duration>,
    call: Vec<Duration>,
    /// A request that asks nothing of the plugin or policy.
    nothing: Vec<Duration>,
    /// Proportional set size in bytes of the only process of its program, after [`CALLS`] calls.
    memory: u64,
}

pub(super) async fn measure(bench: &Bench<'_>) -> Result<Section> {
    let program = bench.args.policy_server.as_deref().context(
        "name Kubewarden's program: `cargo xtask bench kubewarden --policy-server FILE`; docs/kubewarden.md says more",
    )?;
    let program = program
        .canonicalize()
        .with_context(|| format!("--policy-server {}", program.display()))?;
    let version = version(&program)?;
    let example = example(bench)?;
    let folder = target().join("xtask/kubewarden");
    if folder.exists() {
        fs::remove_dir_all(&folder).context("removing what the last time left")?;
    }
    fs::create_dir_all(&folder).context("making a folder")?;
    let run = Ended(Run::at(folder));
    let registry = start_registry(&run.0).await?;
    let mut systems = maquette(bench, &run.0, &registry, &example)?;
    systems.extend(policies(bench, &registry, &program).await?);
    let measured = compare(bench, &run.0, &systems)?;
    Ok(table::section(&version, &measured))
}

/// The arguments of the command that measures it again; where the files are is everybody's own matter.
pub(super) fn arguments(args: &Args) -> String {
    let file = |path: &Path| {
        let name = path.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    };
    let server = args.policy_server.as_deref().map(file).unwrap_or_default();
    let policies = args
        .policy
        .iter()
        .map(|path| format!(" --policy {}", file(path)));
    format!(" --policy-server {server}") + &policies.collect::<String>()
}

/// Ends what a run started, however it ends.
struct Ended(Run);

impl Drop for Ended {
    fn drop(&mut self) {
        // Whoever looks at the figures has nothing from an error here.
        let _ = self.0.end_all(&[], Duration::ZERO);
    }
}

fn version(program: &Path) -> Result<String> {
    let said = Command::new(program)
        .arg("-V")
        .output()
        .with_context(|| format!("running {} -V", program.display()))?;
    Ok(String::from_utf8_lossy(&said.stdout).trim().to_owned())
}

/// The plugin host behind HTTP, always built for release.
fn example(bench: &Bench<'_>) -> Result<PathBuf> {
    let name = "over_http";
    let arguments = [
        "build",
        "--locked",
        "--release",
        "--package",
        "maquette-host",
        "--example",
        name,
    ];
    let what = "build the plugin host behind HTTP";
    step(&bench.progress, what, &mut cargo(root(), &arguments))?;
    Ok(target().join("release/examples").join(name))
}

/// The plugin host twice: with the signature verified, and without.
fn maquette(bench: &Bench<'_>, run: &Run, registry: &str, example: &Path) -> Result<Vec<System>> {
    let binaries = binaries::build(&bench.progress, false)?;
    let (private, public) = keys(run.folder())?;
    let registry = Registry {
        address: registry.to_owned(),
        push_address: registry.to_owned(),
        plain_http: true,
    };
    plugin::offer(&binaries, &registry, &private, &bench.progress)?;
    let size = fs::metadata(plugin::build(&binaries, &bench.progress)?)?.len();
    let system = |name: &str, key: Option<PathBuf>| -> Result<System> {
        Ok(System {
            name: format!("Maquette, {name}"),
            size: usize::try_from(size)?,
            program: example.to_owned(),
            repository: format!("{}/{}", registry.address, plugin::REPOSITORY),
            kind: Kind::Maquette { key },
        })
    };
    Ok(vec![
        system("signature verified", Some(public))?,
        system("not verified", None)?,
    ])
}

/// Private and public key as files, ECDSA on P-256 as cosign's are.
fn keys(folder: &Path) -> Result<(PathBuf, PathBuf)> {
    let (private, public) = (folder.join("key.pem"), folder.join("key.pub"));
    let openssl = |arguments: &[&str], file: &Path| -> Result<()> {
        let mut made = Command::new("openssl");
        let status = made.args(arguments).arg("-out").arg(file).status();
        let status = status.context("running openssl (Debian package openssl)")?;
        anyhow::ensure!(status.success(), "openssl {} failed", arguments.join(" "));
        Ok(())
    };
    let curve = "ec_paramgen_curve:P-256";
    openssl(
        &["genpkey", "-algorithm", "EC", "-pkeyopt", curve],
        &private,
    )?;
    let from = private
        .to_str()
        .context("the target folder's path is no text")?;
    openssl(&["pkey", "-pubout", "-in", from], &public)?;
    Ok((private, public))
}

/// policy-server with each policy.
async fn policies(bench: &Bench<'_>, registry: &str, program: &Path) -> Result<Vec<System>> {
    let mut policies = vec![("the least policy".to_owned(), policy::least()?)];
    for path in &bench.args.policy {
        let wasm = fs::read(path).with_context(|| format!("--policy {}", path.display()))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        policies.push((name.into_owned(), wasm));
    }
    let mut systems = Vec::new();
    for (number, (name, wasm)) in policies.into_iter().enumerate() {
        let repository = format!("policies/number{number}");
        policy::push(registry, &repository, system::TAG, &wasm).await?;
        systems.push(System {
            name: format!("policy-server, {name}, not verified"),
            size: wasm.len(),
            program: program.to_owned(),
            repository: format!("{registry}/{repository}"),
            kind: Kind::PolicyServer,
        });
    }
    Ok(systems)
}

fn compare(bench: &Bench<'_>, run: &Run, systems: &[System]) -> Result<Vec<Measured>> {
    let mut measured: Vec<Measured> = systems
        .iter()
        .map(|system| Measured {
            name: system.name.clone(),
            size: system.size,
            ..Measured::default()
        })
        .collect();
    let step = bench.progress.during(format_args!("starts of each system"));
    for start in 0..STARTS {
        for (number, (system, measured)) in systems.iter().zip(&mut measured).enumerate() {
            let name = format!("cold-{number}-{start}");
            let folder = run.folder().join(&name);
            measured.first.push(cold(system, run, &name, &folder)?);
            let name = format!("{name}-again");
            measured.again.push(cold(system, run, &name, &folder)?);
        }
    }
    drop(step);
    let step = bench.progress.during(format_args!("calls of each system"));
    let mut started = Vec::new();
    for (number, system) in systems.iter().enumerate() {
        let name = format!("warm-{number}");
        // Its log is no part of a call here.
        started.push(system.start(run, &name, &run.folder().join(&name), "warn")?);
    }
    for round in 0..ROUNDS {
        for ((system, started), measured) in systems.iter().zip(&mut started).zip(&mut measured) {
            warm(system, started, measured, round == 0)?;
        }
    }
    for started in started {
        started.stop()?;
    }
    // Alone: two processes of one program share its pages, and each would count for half of them.
    for (number, (system, measured)) in systems.iter().zip(&mut measured).enumerate() {
        let name = format!("memory-{number}");
        let mut started = system.start(run, &name, &run.folder().join(&name), "warn")?;
        for _ in 0..CALLS {
            system.call(&mut started.calls)?;
        }
        measured.memory = started.memory()?;
        started.stop()?;
    }
    drop(step);
    Ok(measured)
}

fn cold(system: &System, run: &Run, name: &str, folder: &Path) -> Result<Duration> {
    let started = system.start(run, name, folder, "info")?;
    let first = started.first;
    started.stop()?;
    first.with_context(|| format!("{} did not log when it began to fetch", system.name))
}

fn warm(system: &System, started: &mut Started, measured: &mut Measured, cold: bool) -> Result<()> {
    for _ in 0..if cold { WARM } else { 0 } {
        system.call(&mut started.calls)?;
        system.nothing(&mut started.nothing)?;
    }
    for _ in 0..CALLS {
        let began = Instant::now();
        system.call(&mut started.calls)?;
        measured.call.push(began.elapsed());
    }
    for _ in 0..CALLS {
        let began = Instant::now();
        system.nothing(&mut started.nothing)?;
        measured.nothing.push(began.elapsed());
    }
    Ok(())
}
