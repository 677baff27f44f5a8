//! The Rust toolchain: the target of the plugins, and what the checks of the code need.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::finding::{Finding, Install};
use crate::program::{find, output};
use crate::purpose::Purpose;

/// The target that plugins are compiled for.
pub(crate) const TARGET: &str = "wasm32-wasip2";

pub(crate) fn check(purpose: Purpose) -> Vec<Finding> {
    let sysroot = match sysroot() {
        Ok(sysroot) => sysroot,
        Err(error) => {
            let fix = "install Rust with rustup (https://rustup.rs)";
            return vec![Finding::missing("Rust", error, fix)];
        }
    };
    let mut findings = vec![Finding::present("Rust", sysroot.display().to_string())];
    let target = sysroot.join("lib/rustlib").join(TARGET).join("lib");
    findings.push(part("target", TARGET, target.is_dir()));
    if purpose == Purpose::Test {
        for (component, program) in [("clippy", "cargo-clippy"), ("rustfmt", "cargo-fmt")] {
            let present = sysroot.join("bin").join(program).is_file();
            findings.push(part("component", component, present));
        }
    }
    findings
}

/// `kind` is rustup's word: `target` or `component`.
fn part(kind: &str, name: &str, present: bool) -> Finding {
    let title = format!("Rust {kind} {name}");
    if present {
        return Finding::present(&title, "installed");
    }
    match rustup() {
        // In the checkout, where rustup finds the pinned toolchain in rust-toolchain.toml.
        Some(rustup) => {
            let words = [rustup.to_string_lossy().as_ref(), kind, "add", name].map(str::to_owned);
            Finding::installable(&title, "not installed", Install::Command(words.to_vec()))
        }
        None => Finding::missing(
            &title,
            "not installed, and rustup is not on PATH",
            format!("install it for this toolchain (with rustup: `rustup {kind} add {name}`)"),
        ),
    }
}

/// The folder of the toolchain that compiles this repository.
fn sysroot() -> Result<PathBuf, String> {
    // Cargo names itself to what it runs; its rustc is beside it.
    let beside = env::var_os("CARGO")
        .map(|cargo| Path::new(&cargo).with_file_name("rustc"))
        .filter(|rustc| rustc.is_file());
    let rustc = beside.unwrap_or_else(|| "rustc".into());
    output(Command::new(rustc).args(["--print", "sysroot"])).map(PathBuf::from)
}

fn rustup() -> Option<PathBuf> {
    let home =
        |name: &str, below: &str| env::var_os(name).map(|folder| Path::new(&folder).join(below));
    let usual = [
        home("CARGO_HOME", "bin/rustup"),
        home("HOME", ".cargo/bin/rustup"),
    ];
    find("rustup").or_else(|| usual.into_iter().flatten().find(|file| file.is_file()))
}
