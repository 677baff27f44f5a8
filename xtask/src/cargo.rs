//! Cargo as a command.

use std::path::Path;
use std::process::Command;

use maquette_harness::cargo::forget_package;

/// Cargo with arguments, in a folder.
pub(crate) fn cargo(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // What cargo told xtask about xtask must not reach the packages that are built now.
    forget_package(&mut command);
    command.current_dir(folder).args(arguments);
    command
}
