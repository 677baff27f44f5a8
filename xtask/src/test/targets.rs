//! The test targets of the workspace, as Cargo itself lists them.
//!
//! Every command selects the whole workspace and then targets, never packages: with other packages Cargo unites other
//! features, and compiles Wasmtime and all that stands on it once more for each selection.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::cargo::cargo;
use crate::root::root;

/// What `cargo metadata` prints, of which this is a part.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
    name: String,
}

/// The arguments that select the integration tests of some packages of the workspace.
///
/// # Errors
///
/// When Cargo doesn't answer, or when another package has a test of the same name: the arguments would select it, too.
pub(super) fn integration_tests(of: impl Fn(&str) -> bool) -> Result<Vec<String>> {
    let asked = cargo(root(), &["metadata", "--no-deps", "--locked"])
        .args(["--format-version", "1"])
        .output()
        .context("running cargo metadata")?;
    ensure!(
        asked.status.success(),
        "cargo metadata failed: {}",
        String::from_utf8_lossy(&asked.stderr)
    );
    let metadata: Metadata =
        serde_json::from_slice(&asked.stdout).context("reading what cargo metadata printed")?;
    select(&metadata, of)
}

fn select(metadata: &Metadata, of: impl Fn(&str) -> bool) -> Result<Vec<String>> {
    let (mut wanted, mut others) = (BTreeSet::new(), BTreeSet::new());
    for package in &metadata.packages {
        let tests = package
            .targets
            .iter()
            .filter(|target| target.kind.iter().any(|kind| kind == "test"))
            .map(|target| target.name.as_str());
        if of(&package.name) {
            wanted.extend(tests);
        } else {
            others.extend(tests);
        }
    }
    let both: Vec<_> = wanted.intersection(&others).collect();
    ensure!(
        both.is_empty(),
        "two packages have integration tests of one name, and it selects both: {both:?}; rename one"
    );
    let arguments = wanted.into_iter().map(|name| format!("--test={name}"));
    Ok(arguments.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace() -> Metadata {
        serde_json::from_value(serde_json::json!({ "packages": [
            { "name": "kit", "targets": [{ "kind": ["lib"], "name": "kit" }, { "kind": ["test"], "name": "wrong" }] },
            { "name": "host", "targets": [{ "kind": ["test"], "name": "host" }, { "kind": ["test"], "name": "kinds" }] },
            { "name": "suites", "targets": [{ "kind": ["test"], "name": "host" }] },
        ]}))
        .unwrap()
    }

    #[test]
    fn the_tests_of_a_package_are_named() {
        assert_eq!(
            select(&workspace(), |name| name == "kit").unwrap(),
            ["--test=wrong"]
        );
    }

    #[test]
    fn a_name_that_selects_anothers_tests_is_refused() {
        let refused = select(&workspace(), |name| name == "host")
            .unwrap_err()
            .to_string();
        assert!(refused.contains("[\"host\"]"), "{refused}");
    }
}
