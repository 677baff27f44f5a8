//! The `maquette` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    maquette_cli::main("maquette")
}
