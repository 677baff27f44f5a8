//! Examples of the plugin host that measure it, and the components that they measure it with.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde::de::DeserializeOwned;

use super::Bench;
use crate::cargo::cargo;
use crate::root::{root, target};
use crate::step::step;

/// Runs an example of `maquette-host`.
pub(super) fn example<T: DeserializeOwned>(
    bench: &Bench<'_>,
    name: &str,
    what: &str,
    arguments: &[&str],
) -> Result<T> {
    example_of(bench, root(), "maquette-host", name, what, arguments)
}

/// Runs an example of a package, always built for release because a debug build's times say nothing, and reads the line
/// of JSON that it prints at its end.
pub(super) fn example_of<T: DeserializeOwned>(
    bench: &Bench<'_>,
    workspace: &Path,
    package: &str,
    name: &str,
    what: &str,
    arguments: &[&str],
) -> Result<T> {
    let mut run = cargo(
        workspace,
        &[
            "run",
            "--locked",
            "--release",
            "--package",
            package,
            "--example",
            name,
            "--",
        ],
    );
    let ended = step(&bench.progress, what, run.args(arguments))?;
    let line = ended.answer.iter().rev().find(|line| line.starts_with('{'));
    let line = line.context("the example printed no JSON")?;
    serde_json::from_str(line).with_context(|| format!("the example printed {line}"))
}

/// The guest of the host's tests, which does what it is asked to.
pub(super) fn guest(bench: &Bench<'_>) -> Result<PathBuf> {
    let folder = target().join("tmp/guests");
    let mut build = wasm(cargo(
        &root().join("core/host/tests/guests"),
        &[
            "build",
            "--locked",
            "--release",
            "--target",
            "wasm32-wasip2",
        ],
    ));
    build.env("CARGO_TARGET_DIR", &folder);
    step(
        &bench.progress,
        "build the guest of the host's tests",
        &mut build,
    )?;
    Ok(folder.join("wasm32-wasip2/release/guest.wasm"))
}

/// Flags that are meant for this machine are not meant for WebAssembly.
fn wasm(mut build: Command) -> Command {
    build
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS");
    build
}
