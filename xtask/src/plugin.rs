//! The PowerDNS plugin, built and published with the `maquette` command as its author would.

use std::process::Command;

use anyhow::{Context, Result};
use maquette_harness::progress::Progress;

use crate::binaries::Binaries;
use crate::root::{root, target};
use crate::stage::Registry;
use crate::step::step;

/// Where plugins of this repository are pushed to.
pub(crate) const REPOSITORY: &str = "maquette/powerdns";
/// The tag that examples/powerdns/plugin.yaml asks for.
const TAG: &str = "0.1.0";

/// Builds the plugin, pushes it, and returns the digest under which the registry keeps it.
pub(crate) fn publish(
    binaries: &Binaries,
    registry: &Registry,
    progress: &Progress,
) -> Result<String> {
    let file = target().join("xtask/powerdns.wasm");
    let mut build = Command::new(binaries.path("maquette"));
    build
        .current_dir(root())
        .args(["plugin", "build", "plugins/powerdns", "--output"])
        .arg(&file);
    step(
        progress,
        "maquette plugin build plugins/powerdns",
        &mut build,
    )?;

    let mut push = Command::new(binaries.path("maquette"));
    push.current_dir(root()).args(["plugin", "push"]).arg(&file);
    push.args([
        format!("{}/{REPOSITORY}:{TAG}", registry.push_address),
        "--plain-http".to_owned(),
    ]);
    let lines = step(progress, "maquette plugin push", &mut push)?;
    let digest = lines.iter().rev().find_map(|line| digest(line));
    digest
        .map(str::to_owned)
        .context("`maquette plugin push` did not print the digest")
}

/// The digest in a line, if there is one.
fn digest(line: &str) -> Option<&str> {
    let rest = line.get(line.find("sha256:")?..)?;
    let digest = rest.get(..71)?;
    digest
        .bytes()
        .skip(7)
        .all(|byte| byte.is_ascii_hexdigit())
        .then_some(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_found_inside_a_line() {
        let sum = "0".repeat(64);
        assert_eq!(
            digest(&format!("pushed r/p@sha256:{sum} (1 layer)")),
            Some(format!("sha256:{sum}").as_str())
        );
        assert_eq!(digest("pushed sha256:00"), None);
    }
}
