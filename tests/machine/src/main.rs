//! `cargo xtask`: checks the machine, then builds and runs the command itself.
//!
//! The command compiles for minutes on a new machine. This program compiles in seconds, so a missing prerequisite is installed
//! or reported before anything else.

use std::env;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use maquette_machine::{Purpose, prepare};

/// Variables in which Cargo describes this package to this program. A build script that watches one of them would run again.
const DESCRIBED: [&str; 3] = ["CARGO_PKG_", "CARGO_MANIFEST", "CARGO_BIN"];

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match run(&arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<ExitCode, String> {
    // Without this, Cargo and rustup take the toolchain of the folder that the user is in.
    env::set_current_dir(root()).map_err(|error| format!("{}: {error}", root().display()))?;
    if let ["doctor", rest @ ..] = words(arguments).as_slice() {
        return maquette_machine::doctor(rest);
    }
    if let Some(purpose) = Purpose::of(arguments) {
        prepare(purpose, &mut |line| eprintln!("{line}"))
            .map_err(|unmet| format!("{unmet}\n`cargo xtask doctor` checks again"))?;
    }
    let mut build = cargo();
    // The whole workspace, as every other command selects: other selections compile libraries once more.
    build.args(["build", "--workspace", "--locked", "--bin", "xtask"]);
    let status = build
        .status()
        .map_err(|error| format!("cargo cannot be run: {error}"))?;
    if !status.success() {
        return Ok(ExitCode::FAILURE);
    }
    let mut command = Command::new(sibling("xtask")?);
    command
        .args(arguments)
        .env("CARGO_MANIFEST_DIR", root().join("xtask"));
    // This returns only where the program could not be started.
    Err(format!("xtask cannot be run: {}", command.exec()))
}

fn words(arguments: &[String]) -> Vec<&str> {
    arguments.iter().map(String::as_str).collect()
}

/// Cargo, without its description of this package.
fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if DESCRIBED.iter().any(|prefix| text.starts_with(prefix)) {
            command.env_remove(&name);
        }
    }
    command
}

/// The checkout: Cargo names the folder of this package when it runs the program.
fn root() -> PathBuf {
    let package = env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    package
        .ancestors()
        .nth(2)
        .unwrap_or(Path::new("."))
        .to_owned()
}

/// A program in the folder of this one, which is Cargo's folder for the profile.
fn sibling(name: &str) -> Result<PathBuf, String> {
    let this = env::current_exe().map_err(|error| format!("the path of this program: {error}"))?;
    Ok(this.with_file_name(name))
}
