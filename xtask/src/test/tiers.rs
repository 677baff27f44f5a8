//! The tiers, least powerful first.

use anyhow::Result;
use maquette_harness::progress::Progress;

use super::checks;
use super::summary::Row;
use crate::cargo::cargo;
use crate::root::root;
use crate::stage::Stage;
use crate::step::attempt;

/// What is tested together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Tier {
    /// Format, lints, generated files, licences.
    Checks,
    /// Pure code, and programs with servers of their own.
    Unit,
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
    pub(crate) const ALL: [Self; 7] = [
        Self::Checks,
        Self::Unit,
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
            Self::Plugins => plugins(progress),
            Self::Hostile => {
                let mut row = Row::new(self);
                // It brings its own servers and runs its attacks one after the other.
                suite(&mut row, "hostile", progress, long)?;
                Ok(row)
            }
            Self::Controlplane => {
                let mut row = Row::new(self);
                harness(
                    &mut row,
                    progress,
                    &["--lib", "--bins", "--test", "controlplane"],
                )?;
                suite(&mut row, "controlplane", progress, long)?;
                Ok(row)
            }
            Self::Cluster => {
                let mut row = Row::new(self);
                harness(
                    &mut row,
                    progress,
                    &["--test", "cluster", "--test", "lifecycle"],
                )?;
                installed(&mut row, "e2e", progress, long).await?;
                Ok(row)
            }
            Self::Faults => {
                let mut row = Row::new(self);
                // It brings its own control plane, and builds the operator that it kills.
                suite(&mut row, "faults", progress, long)?;
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
    let arguments = [
        "test",
        "--workspace",
        "--exclude",
        "maquette-suites",
        "--exclude",
        "maquette-harness",
        "--locked",
        "--no-fail-fast",
    ];
    row.tested(
        "unit tests",
        &attempt(progress, "unit tests", &mut cargo(root(), &arguments))?,
    );
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

/// The tests of the cluster that the other tests run on.
fn harness(row: &mut Row, progress: &Progress, targets: &[&str]) -> Result<()> {
    let what = format!("harness tests, {}", row.name);
    let mut command = cargo(
        root(),
        &[
            "test",
            "--package",
            "maquette-harness",
            "--locked",
            "--no-fail-fast",
        ],
    );
    row.tested(&what, &attempt(progress, &what, command.args(targets))?);
    Ok(())
}

/// One test binary of `tests/suites`.
fn suite(row: &mut Row, name: &str, progress: &Progress, long: bool) -> Result<()> {
    let what = format!("{} tests", row.name);
    let mut command = cargo(
        root(),
        &[
            "test",
            "--package",
            "maquette-suites",
            "--locked",
            "--no-fail-fast",
            "--test",
            name,
        ],
    );
    if long {
        command.env("MAQUETTE_TEST_LONG", "1");
    }
    row.tested(&what, &attempt(progress, &what, &mut command)?);
    Ok(())
}
