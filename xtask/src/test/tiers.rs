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
    /// A real API server without nodes.
    Controlplane,
    /// A whole cluster with the operator installed by Helm.
    Cluster,
    /// Faults between the operator and what it talks to.
    Faults,
}

impl Tier {
    pub(crate) const ALL: [Self; 6] = [
        Self::Checks,
        Self::Unit,
        Self::Plugins,
        Self::Controlplane,
        Self::Cluster,
        Self::Faults,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Checks => "checks",
            Self::Unit => "unit",
            Self::Plugins => "plugins",
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
            Self::Controlplane => suite(self, "controlplane", progress, long),
            Self::Cluster => {
                Stage::local().await?.install(progress).await?;
                suite(self, "cluster", progress, long)
            }
            Self::Faults => suite(self, "faults", progress, long),
        }
    }
}

fn unit(progress: &Progress) -> Result<Row> {
    let mut row = Row::new(Tier::Unit);
    let arguments = [
        "test",
        "--workspace",
        "--exclude",
        "maquette-suites",
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

/// One test binary of `tests/suites`.
fn suite(tier: Tier, name: &str, progress: &Progress, long: bool) -> Result<Row> {
    let mut row = Row::new(tier);
    let what = format!("{} tests", tier.name());
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
    Ok(row)
}
