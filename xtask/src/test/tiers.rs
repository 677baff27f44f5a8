//! The tiers, least powerful first.

use std::ffi::OsStr;
use std::process::Command;

use anyhow::Result;
use maquette_harness::progress::Progress;

use super::checks;
use super::summary::Row;
use super::targets::integration_tests;
use super::together::{built, together};
use crate::cargo::cargo;
use crate::root::root;
use crate::stage::Stage;
use crate::step::attempt;

/// Packages whose integration tests are not all of the unit tests.
const KIT: &str = "maquette-conformance";
const HARNESS: &str = "maquette-harness";
const SUITES: &str = "maquette-suites";
const SIMULATION: &str = "maquette-simulation";
/// Seeds of a long run of the simulation.
const MANY_SEEDS: &str = "100000";

/// Modules of the fault tests that run at once with the others, on a control plane of their own.
const FAULTS: [&[&str]; 2] = [
    &[
        "api_answers::",
        "api_server::",
        "crashes::",
        "drift::",
        "figures::",
    ],
    &["servers::", "trust::", "tunnels::"],
];

/// What is tested together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Tier {
    /// Format, lints, generated files, licences.
    Checks,
    /// Pure code, and programs with servers of their own.
    Unit,
    /// The whole operator from seeds, against simulated servers and a virtual clock.
    Simulation,
    /// The plugins: built as WebAssembly, and their tests.
    Plugins,
    /// Plugins and registries that attack the plugin host.
    Hostile,
    /// A real API server without nodes.
    Controlplane,
    /// A whole cluster with the operator installed by Helm.
    Cluster,
    /// Faults between the operator and what it talks to.
    Faults,
}

impl Tier {
    pub(crate) const ALL: [Self; 8] = [
        Self::Checks,
        Self::Unit,
        Self::Simulation,
        Self::Plugins,
        Self::Hostile,
        Self::Controlplane,
        Self::Cluster,
        Self::Faults,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Checks => "checks",
            Self::Unit => "unit",
            Self::Simulation => "simulation",
            Self::Plugins => "plugins",
            Self::Hostile => "hostile",
            Self::Controlplane => "control plane",
            Self::Cluster => "cluster",
            Self::Faults => "faults",
        }
    }

    pub(crate) async fn run(self, progress: &Progress, long: bool) -> Result<Row> {
        match self {
            Self::Checks => checks::run(progress),
            Self::Unit => unit(progress),
            Self::Simulation => {
                let mut row = Row::new(self);
                let mut command = tests(&["--test", "simulation"]);
                if long {
                    command.env("MAQUETTE_SIMULATION_SEEDS", MANY_SEEDS);
                }
                let what = "simulation";
                row.tested(what, &attempt(progress, what, &mut command)?);
                Ok(row)
            }
            Self::Plugins => plugins(progress),
            Self::Hostile => {
                let mut row = Row::new(self);
                // It brings its own servers and runs its attacks one after the other.
                suite(&mut row, "hostile", progress, long)?;
                Ok(row)
            }
            Self::Controlplane => {
                let mut row = Row::new(self);
                // Of the harness, too.
                suite(&mut row, "controlplane", progress, long)?;
                Ok(row)
            }
            Self::Cluster => {
                let mut row = Row::new(self);
                // Of the harness: the cluster that the other tests run on.
                let mut command = tests(&["--test=cluster", "--test=lifecycle"]);
                let what = "tests of the cluster itself";
                row.tested(what, &attempt(progress, what, &mut command)?);
                installed(&mut row, "e2e", progress, long).await?;
                Ok(row)
            }
            Self::Faults => {
                let mut row = Row::new(self);
                faults(&mut row, progress, long)?;
                Ok(row)
            }
        }
    }
}

/// A suite that runs against an operator that Helm installed.
async fn installed(row: &mut Row, name: &str, progress: &Progress, long: bool) -> Result<()> {
    let install = async { Stage::local().await?.install(progress).await };
    if let Err(error) = install.await {
        row.fail(format!(
            "{name} tests: the operator could not be installed: {error:#}"
        ));
        return Ok(());
    }
    suite(row, name, progress, long)
}

fn unit(progress: &Progress) -> Result<Row> {
    let mut row = Row::new(Tier::Unit);
    let kit = integration_tests(|package| package == KIT)?;
    let mut others =
        integration_tests(|package| ![KIT, HARNESS, SUITES, SIMULATION].contains(&package))?;
    others.extend(["--lib".to_owned(), "--bins".to_owned()]);
    let mut compile = tests(&[&kit[..], &others[..]].concat());
    if built(&mut row, progress, "unit tests", &mut compile)? {
        // The kit's tests wait for servers for most of their time; the others go on meanwhile.
        let parts = vec![
            ("tests of the conformance kit".to_owned(), tests(&kit)),
            ("unit tests".to_owned(), tests(&others)),
        ];
        together(&mut row, progress, parts)?;
        let what = "examples in the documentation";
        row.tested(what, &attempt(progress, what, &mut tests(&["--doc"]))?);
    }
    Ok(row)
}

fn plugins(progress: &Progress) -> Result<Row> {
    let mut row = Row::new(Tier::Plugins);
    let folder = root().join("plugins");
    let build = [
        "build",
        "--release",
        "--locked",
        "--target",
        "wasm32-wasip2",
    ];
    row.checked(
        "plugins as WebAssembly",
        &attempt(
            progress,
            "plugins as WebAssembly",
            &mut cargo(&folder, &build),
        )?,
    );
    let test = ["test", "--locked", "--no-fail-fast"];
    row.tested(
        "plugin tests",
        &attempt(progress, "plugin tests", &mut cargo(&folder, &test))?,
    );
    Ok(row)
}

/// The fault tests in parts at once: most of their time they wait. Each part brings a control plane of its own, on which
/// its tests come one after the other, and the operators that it kills.
fn faults(row: &mut Row, progress: &Progress, long: bool) -> Result<()> {
    if !built(
        row,
        progress,
        "faults tests",
        &mut suite_tests("faults", long),
    )? {
        return Ok(());
    }
    // A test is of a named part or, by the same names, skipped in the last: none is forgotten, none runs twice.
    let mut last = suite_tests("faults", long);
    last.arg("--");
    let mut parts = Vec::new();
    for (number, modules) in (1..).zip(FAULTS) {
        let mut part = suite_tests("faults", long);
        part.arg("--").args(modules);
        parts.push((format!("faults tests {number}"), part));
        for module in modules {
            last.args(["--skip", module]);
        }
    }
    parts.push(("faults tests, the others".to_owned(), last));
    together(row, progress, parts)
}

/// One test target, as a tier.
fn suite(row: &mut Row, name: &str, progress: &Progress, long: bool) -> Result<()> {
    let what = format!("{} tests", row.name);
    let mut command = suite_tests(name, long);
    row.tested(&what, &attempt(progress, &what, &mut command)?);
    Ok(())
}

fn suite_tests(name: &str, long: bool) -> Command {
    let mut command = tests(&["--test", name]);
    if long {
        command.env("MAQUETTE_TEST_LONG", "1");
    }
    command
}

/// Cargo's command for these targets of the workspace; of all of it, so that every command unites the same features.
fn tests(targets: &[impl AsRef<OsStr>]) -> Command {
    let mut command = cargo(
        root(),
        &["test", "--workspace", "--locked", "--no-fail-fast"],
    );
    command.args(targets);
    command
}
