//! Cargo, called by what Cargo runs.

use std::path::Path;
use std::process::Command;

/// What Cargo tells a program or test that it runs about that package.
const TOLD: [&str; 3] = ["CARGO_PKG_", "CARGO_MANIFEST", "CARGO_BIN"];

/// Lets a command that calls Cargo forget which package its caller is of. A build script that asks Cargo to watch such a
/// variable (ring's does) would run again for each caller, and everything above it would be compiled again.
pub fn forget_package(command: &mut Command) -> &mut Command {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if TOLD.iter().any(|prefix| text.starts_with(prefix)) {
            command.env_remove(&name);
        }
    }
    command
}

/// The command that builds the programs of this repository that a cluster needs, with or without the operator, in the checkout
/// at `root`. Of the whole workspace, as the tests are: other packages would be compiled with other features.
pub fn build_programs(root: &Path, operator: bool) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .current_dir(root)
        .args(["build", "--locked", "--workspace"]);
    let operator = operator.then_some("maquette-operator");
    for program in ["maquette", "kubectl-maquette", "shop-web"]
        .into_iter()
        .chain(operator)
    {
        command.args(["--bin", program]);
    }
    forget_package(&mut command);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(clippy::unwrap_used, reason = "a test that panics has failed")]
    fn a_command_does_not_hear_of_this_package() {
        assert!(std::env::var_os("CARGO_MANIFEST_DIR").is_some());
        let mut env = Command::new("env");
        let said = forget_package(&mut env).output().unwrap();
        let said = String::from_utf8_lossy(&said.stdout);
        assert!(!said.contains("CARGO_MANIFEST_DIR"), "{said}");
    }
}
