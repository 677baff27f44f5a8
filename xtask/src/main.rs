//! `cargo xtask …`: commands for working on Maquette. Nothing here is needed by a user of the operator.

mod crds;
mod root;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Commands for working on Maquette.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
struct Xtask {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write the CustomResourceDefinitions of the chart.
    Crds(crds::Args),
}

fn main() -> ExitCode {
    let done = match Xtask::parse().command {
        Command::Crds(args) => crds::run(&args),
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
