//! The plugins that the demo and the tests use, built and published with the `maquette` command as their authors would.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use maquette_harness::progress::Progress;
use serde_json::Value;

use crate::binaries::Binaries;
use crate::registry::Registry;
use crate::root::root;
use crate::step::{Ended, step};

/// The plugin of the demo.
const NAME: &str = "powerdns";
/// Where it is pushed to.
pub(crate) const REPOSITORY: &str = "maquette/powerdns";
/// What the tests on the cluster run beside it.
const OTHERS: [&str; 1] = ["frp"];
/// The tag that the Plugins of examples/ ask for.
const TAG: &str = "0.1.0";

/// Builds the plugin of the demo and returns the component's path.
pub(crate) fn build(binaries: &Binaries, progress: &Progress) -> Result<String> {
    component(NAME, binaries, progress)
}

/// Builds and pushes the plugins, and returns the digest under which the registry keeps that of the demo.
pub(crate) fn publish(
    binaries: &Binaries,
    registry: &Registry,
    progress: &Progress,
) -> Result<String> {
    for name in OTHERS {
        let file = component(name, binaries, progress)?;
        push(
            &file,
            name,
            &format!("maquette/{name}"),
            binaries,
            registry,
            progress,
        )?;
    }
    let file = build(binaries, progress)?;
    push(&file, NAME, REPOSITORY, binaries, registry, progress)
}

/// Pushes the plugin of the demo and signs it with the private key in a file.
pub(crate) fn offer(
    binaries: &Binaries,
    registry: &Registry,
    key: &Path,
    progress: &Progress,
) -> Result<()> {
    let file = build(binaries, progress)?;
    push(&file, NAME, REPOSITORY, binaries, registry, progress)?;
    let reference = format!("{}/{REPOSITORY}:{TAG}", registry.push_address);
    let mut sign = maquette(binaries);
    sign.args(["sign", &reference, "--plain-http", "--key"])
        .arg(key);
    step(
        progress,
        &format!("maquette plugin sign {REPOSITORY}"),
        &mut sign,
    )?;
    Ok(())
}

/// Builds a plugin of plugins/ and returns the component's path.
pub(crate) fn component(name: &str, binaries: &Binaries, progress: &Progress) -> Result<String> {
    let folder = format!("plugins/{name}");
    let mut build = maquette(binaries);
    build.args(["build", &folder]);
    let what = format!("maquette plugin build {folder}");
    result(&step(progress, &what, &mut build)?, "path")
}

/// Pushes a component and returns its digest.
fn push(
    file: &str,
    name: &str,
    repository: &str,
    binaries: &Binaries,
    registry: &Registry,
    progress: &Progress,
) -> Result<String> {
    let reference = format!("{}/{repository}:{TAG}", registry.push_address);
    let mut push = maquette(binaries);
    // The tag moves with every build here; whoever publishes for others gives each build a version.
    push.args(["push", file, &reference, "--overwrite", "--plain-http"]);
    // What it is made of and how lies beside every plugin.
    push.args(["--sbom", "--provenance", "--crate"]);
    push.arg(format!("plugins/{name}"));
    let what = format!("maquette plugin push {repository}");
    result(&step(progress, &what, &mut push)?, "digest")
}

/// The `maquette plugin` command, which answers as JSON.
pub(crate) fn maquette(binaries: &Binaries) -> Command {
    let mut command = Command::new(binaries.path("maquette"));
    command
        .current_dir(root())
        .args(["--output", "json", "plugin"]);
    command
}

/// A field of the command's answer.
fn result(ended: &Ended, field: &str) -> Result<String> {
    let value = answer(ended)?;
    let found = value.get(field).and_then(Value::as_str);
    found
        .map(str::to_owned)
        .with_context(|| format!("the command's answer has no {field}: {value}"))
}

/// The JSON document that is a command's answer.
pub(crate) fn answer(ended: &Ended) -> Result<Value> {
    let document = ended.answer.join("\n");
    serde_json::from_str(&document)
        .with_context(|| format!("the command's answer is no JSON: {document}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_of_the_answer_is_found_and_its_absence_is_named() {
        let ended = Ended {
            lines: vec!["Compiling powerdns".to_owned()],
            answer: ["{", "  \"path\": \"a.wasm\"", "}"]
                .map(str::to_owned)
                .into(),
            success: true,
            log: "log".into(),
        };
        assert_eq!(result(&ended, "path").unwrap(), "a.wasm");
        let absent = result(&ended, "digest").unwrap_err().to_string();
        assert!(absent.contains("no digest"), "{absent}");
    }
}
