//! The PowerDNS plugin, built and published with the `maquette` command as its author would.

use std::process::Command;

use anyhow::{Context, Result};
use maquette_harness::progress::Progress;
use serde_json::Value;

use crate::binaries::Binaries;
use crate::root::root;
use crate::stage::Registry;
use crate::step::step;

/// Where plugins of this repository are pushed to.
pub(crate) const REPOSITORY: &str = "maquette/powerdns";
/// The tag that examples/powerdns/plugin.yaml asks for.
const TAG: &str = "0.1.0";

/// Builds the plugin and returns the component's path.
pub(crate) fn build(binaries: &Binaries, progress: &Progress) -> Result<String> {
    let mut build = maquette(binaries);
    build.args(["build", "plugins/powerdns"]);
    let what = "maquette plugin build plugins/powerdns";
    result(&step(progress, what, &mut build)?, "path")
}

/// Builds the plugin, pushes it, and returns the digest under which the registry keeps it.
pub(crate) fn publish(
    binaries: &Binaries,
    registry: &Registry,
    progress: &Progress,
) -> Result<String> {
    let file = build(binaries, progress)?;
    let mut push = maquette(binaries);
    push.args([
        "push",
        &file,
        &format!("{}/{REPOSITORY}:{TAG}", registry.push_address),
    ]);
    // The tag moves with every build here; whoever publishes for others gives each build a version.
    push.args(["--overwrite", "--plain-http"]);
    result(
        &step(progress, "maquette plugin push", &mut push)?,
        "digest",
    )
}

fn maquette(binaries: &Binaries) -> Command {
    let mut command = Command::new(binaries.path("maquette"));
    command
        .current_dir(root())
        .args(["--output", "json", "plugin"]);
    command
}

/// A field of the JSON document at the end of a command's output; progress may stand before it.
fn result(lines: &[String], field: &str) -> Result<String> {
    let document = lines.iter().skip_while(|line| !line.starts_with('{'));
    let document = document.map(String::as_str).collect::<Vec<_>>().join("\n");
    let value: Value = serde_json::from_str(&document)
        .with_context(|| format!("the command's answer is no JSON: {document}"))?;
    let found = value.get(field).and_then(Value::as_str);
    found
        .map(str::to_owned)
        .with_context(|| format!("the command's answer has no {field}: {document}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_is_found_after_the_progress() {
        let lines: Vec<String> = ["Compiling powerdns", "{", "  \"path\": \"a.wasm\"", "}"]
            .map(str::to_owned)
            .into();
        assert_eq!(result(&lines, "path").unwrap(), "a.wasm");
        assert!(
            result(&lines, "digest")
                .unwrap_err()
                .to_string()
                .contains("no digest")
        );
    }
}
