//! `cargo xtask …`: commands for working on Maquette. Nothing here is needed by a user of the operator.

mod attacks;
mod bench;
mod binaries;
mod cargo;
mod cluster;
mod contract;
mod crds;
mod current;
mod demo;
#[cfg(test)]
mod docs;
mod images;
mod plugin;
mod registry;
mod release;
mod root;
mod simulate;
mod stage;
mod step;
mod test;
mod tools;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use maquette_harness::progress::Progress;

/// Commands for working on Maquette.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
struct Xtask {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Check that docs/security.md shows the attacks that the attack suite makes.
    Attacks,
    /// Measure the figures of the project and write docs/figures.md.
    Bench(bench::Args),
    /// The real Kubernetes cluster that tests and the demo run on.
    #[command(subcommand)]
    Cluster(cluster::Command),
    /// Check that no released version of the plugin contract (wit/) has changed.
    Contract,
    /// Write the CustomResourceDefinitions of the chart.
    Crds(crds::Args),
    /// Install the operator, deploy the shop of examples/, visit it, and delete it again.
    Demo(demo::Args),
    /// Check the prerequisites of `demo` and `test` and install missing ones (`doctor --help`).
    #[command(disable_help_flag = true)]
    Doctor {
        /// `demo` or `test`, and `--install`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Build and install the operator on the running cluster, or on a new one.
    Install,
    /// Publish the plugins, the operator's image and the chart in a registry, signed, with SBOM and provenance.
    ///
    /// Each has the version that its manifest says. Beside it lie an SBOM (`CycloneDX`) and SLSA provenance, as referrers and, where
    /// the registry keeps no list of these, under the tags that stand for it. With --key all of it is signed, so that
    /// `maquette plugin verify`, `cosign verify` and `cosign verify-attestation` show who released it.
    ///
    /// A second run pushes nothing new. A version that is there already and is something else is refused. Logins are those
    /// of `docker login`; the operator is built in the release profile. See docs/release.md.
    Release(release::Args),
    /// Run the whole operator from seeds against simulated servers (tests/simulation).
    #[command(subcommand)]
    Simulate(simulate::Command),
    /// Run every check and every test.
    Test(test::Args),
    /// Build the programs of the test cluster into the cache.
    Tools,
}

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Xtask::parse().command {
        Command::Attacks => attacks::run(),
        Command::Bench(args) => bench::run(&args).await,
        Command::Cluster(command) => cluster::run(command).await,
        Command::Contract => contract::run(),
        Command::Crds(args) => crds::run(&args),
        Command::Demo(args) => demo::run(&args).await,
        Command::Doctor { arguments } => return doctor(&arguments),
        Command::Install => install().await,
        Command::Release(args) => release::run(&args),
        Command::Simulate(command) => simulate::run(&command),
        Command::Test(args) => test::run(&args).await,
        Command::Tools => tools::run(),
    };
    // Printed here, because a backtrace of the returned error would hide what to do.
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Only where this program is started directly: `cargo xtask` answers it before it compiles this program.
fn doctor(arguments: &[String]) -> ExitCode {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    maquette_machine::doctor(&words).unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::FAILURE
    })
}

async fn install() -> anyhow::Result<()> {
    stage::Stage::local().await?.install(&Progress::new()).await
}
