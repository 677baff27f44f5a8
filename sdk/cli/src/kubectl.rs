//! The same command for kubectl: `kubectl maquette …` runs the program `kubectl-maquette` in the path.

use std::process::ExitCode;

fn main() -> ExitCode {
    maquette_cli::main("kubectl maquette")
}
