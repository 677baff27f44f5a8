//! What is right or wrong without running the product: format, lints, generated files, licences, bans and sources.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;
use maquette_harness::paths;
use maquette_harness::progress::Progress;

use super::summary::Row;
use super::tiers::Tier;
use crate::cargo::cargo;
use crate::root::root;
use crate::step::{attempt, step};

/// Pinned, because a newer one may find new faults in code that did not change.
const CARGO_DENY: &str = "0.20.2";

pub(super) fn run(progress: &Progress) -> Result<Row> {
    let mut row = Row::new(Tier::Checks);
    let plugins = root().join("plugins");
    let checks: [(&str, Command); 7] = [
        ("format", cargo(root(), &["fmt", "--check"])),
        (
            "format of the plugins",
            cargo(&plugins, &["fmt", "--check"]),
        ),
        (
            "lints",
            cargo(
                root(),
                &[
                    "clippy",
                    "--workspace",
                    "--all-targets",
                    "--locked",
                    "--",
                    "-D",
                    "warnings",
                ],
            ),
        ),
        (
            "lints of the plugins",
            cargo(
                &plugins,
                &[
                    "clippy",
                    "--all-targets",
                    "--locked",
                    "--",
                    "-D",
                    "warnings",
                ],
            ),
        ),
        (
            "definitions in the chart",
            this_program(&["crds", "--check"])?,
        ),
        ("released contract", this_program(&["contract"])?),
        ("attacks in docs/security.md", this_program(&["attacks"])?),
    ];
    for (what, mut command) in checks {
        row.checked(what, &attempt(progress, what, &mut command)?);
    }
    let deny = cargo_deny(progress)?;
    for (what, folder) in [
        ("licences, bans and sources", root().to_path_buf()),
        ("licences of the plugins", plugins),
    ] {
        let mut command = Command::new(&deny);
        // The advisory database is a git repository that a machine without internet cannot reach.
        command
            .current_dir(folder)
            .args(["check", "licenses", "bans", "sources"]);
        row.checked(what, &attempt(progress, what, &mut command)?);
    }
    Ok(row)
}

/// Another command of this program, which is compiled already.
fn this_program(arguments: &[&str]) -> Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.current_dir(root()).args(arguments);
    Ok(command)
}

/// Path of cargo-deny; it is built once for all checkouts.
fn cargo_deny(progress: &Progress) -> Result<PathBuf> {
    let folder = paths::cache()
        .join("bin")
        .join(format!("cargo-deny-{CARGO_DENY}"));
    let binary = folder.join("bin/cargo-deny");
    if !binary.is_file() {
        let mut install = cargo(
            root(),
            &[
                "install",
                "cargo-deny",
                "--locked",
                "--version",
                CARGO_DENY,
                "--root",
            ],
        );
        step(progress, "build cargo-deny", install.arg(&folder))?;
    }
    Ok(binary)
}
