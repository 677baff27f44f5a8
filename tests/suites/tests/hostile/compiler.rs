//! A compiler's process and nothing else.

use std::process::ExitCode;

fn main() -> ExitCode {
    maquette_host::compile_plugin(std::env::args().skip(1))
}
