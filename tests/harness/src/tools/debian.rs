//! The part of the cluster that comes from Debian packages.

use std::env;

use maquette_machine::packages;

use super::ToolError;
use crate::progress::Progress;

/// The names of the packages that are not installed.
pub fn missing() -> Vec<&'static str> {
    packages::missing()
}

/// Installs the missing packages as root, and otherwise says which ones to install. No service is started.
pub fn ensure(progress: &Progress) -> Result<(), ToolError> {
    let missing = missing();
    if missing.is_empty() {
        return Ok(());
    }
    let _step = progress.during(format_args!(
        "installing Debian packages: {}",
        missing.join(" ")
    ));
    packages::install(&missing).map_err(ToolError::Packages)
}

/// Whether a program of a package that only some tests need is there.
pub fn has(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .chain(["/usr/sbin".into()])
        .any(|folder| folder.join(program).is_file())
}
