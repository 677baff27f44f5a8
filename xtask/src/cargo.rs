//! Cargo as a command.

use std::path::Path;
use std::process::Command;

/// Cargo with arguments, in a folder.
pub(crate) fn cargo(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // What cargo told xtask about xtask must not reach the packages that are built now.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_")
            || text.starts_with("CARGO_MANIFEST")
            || text.starts_with("CARGO_BIN")
        {
            command.env_remove(&name);
        }
    }
    command.current_dir(folder).args(arguments);
    command
}
