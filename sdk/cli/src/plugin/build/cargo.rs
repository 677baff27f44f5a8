//! Compiles a crate for wasm32-wasip2 with the cargo that the user has.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, bail, ensure};
use serde::Deserialize;
use tokio::process::Command;

use super::released;
use crate::attest;
use crate::output::Output;

const TARGET: &str = "wasm32-wasip2";

/// A line of `cargo build --message-format=json` (<https://doc.rust-lang.org/cargo/reference/external-tools.html>).
#[derive(Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
enum Message {
    CompilerArtifact {
        manifest_path: PathBuf,
        target: Target,
        filenames: Vec<PathBuf>,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
}

/// The component of the crate in `folder`.
///
/// # Errors
/// No crate, no toolchain, no target, code that does not compile, or not exactly one component.
pub(crate) async fn build(folder: &Path, output: Output) -> anyhow::Result<PathBuf> {
    let manifest = folder.join("Cargo.toml");
    ensure!(
        manifest.is_file(),
        "{} has no Cargo.toml; give the folder of the plugin's crate",
        folder.display()
    );
    let manifest = manifest
        .canonicalize()
        .with_context(|| format!("{} cannot be read", manifest.display()))?;
    check_target(folder).await?;

    output.progress(&format!("Compiling {} for {TARGET}", folder.display()));
    let cargo = Command::new("cargo")
        .args([
            "build",
            "--release",
            "--target",
            TARGET,
            "--message-format=json-render-diagnostics",
            "--manifest-path",
        ])
        .arg(&manifest)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .output()
        .await
        .context("cargo cannot be run; install Rust from https://rustup.rs")?;
    if !cargo.status.success() {
        let text = std::fs::read_to_string(&manifest).unwrap_or_default();
        let lock = attest::lock_file(folder).and_then(|lock| String::from_utf8(lock).ok());
        match released::advice(&text, lock.as_deref()) {
            Some(advice) => bail!(advice),
            None => bail!("the crate does not compile; see the messages above"),
        }
    }
    one_component(&manifest, &components(&cargo.stdout, &manifest))
}

/// Where finished plugins of this target folder go.
///
/// # Errors
/// The component is not where cargo puts it.
pub(crate) fn output_folder(component: &Path) -> anyhow::Result<PathBuf> {
    // <target>/wasm32-wasip2/release/x.wasm
    let target = component
        .ancestors()
        .nth(3)
        .with_context(|| format!("{} is not in a target folder", component.display()))?;
    Ok(target.join("maquette"))
}

/// The files that cargo made of the crate with this manifest.
fn components(messages: &[u8], manifest: &Path) -> Vec<PathBuf> {
    let messages = messages
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice(line).ok());
    messages
        .filter_map(|message| match message {
            Message::CompilerArtifact {
                manifest_path,
                target,
                filenames,
            } if manifest_path == manifest && target.kind.iter().any(|kind| kind == "cdylib") => {
                Some(filenames)
            }
            _ => None,
        })
        .flatten()
        .filter(|file| {
            file.extension()
                .is_some_and(|extension| extension == "wasm")
        })
        .collect()
}

fn one_component(manifest: &Path, components: &[PathBuf]) -> anyhow::Result<PathBuf> {
    match components {
        [one] => Ok(one.clone()),
        [] => bail!(
            "{} makes no component; add to it:\n\n[lib]\ncrate-type = [\"cdylib\"]\n\nand give the folder of the plugin's crate, not of its workspace",
            manifest.display()
        ),
        several => bail!(
            "{} makes {} components; a plugin is one",
            manifest.display(),
            several.len()
        ),
    }
}

/// Says what is missing before cargo says it in many lines.
async fn check_target(folder: &Path) -> anyhow::Result<()> {
    let rustc = Command::new("rustc")
        .args(["--print", "target-libdir", "--target", TARGET])
        .current_dir(folder)
        .output()
        .await
        .context("rustc cannot be run; install Rust from https://rustup.rs")?;
    let libraries = String::from_utf8_lossy(&rustc.stdout);
    ensure!(
        rustc.status.success() && Path::new(libraries.trim()).is_dir(),
        "the target {TARGET} is not installed; run `rustup target add {TARGET}`"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::{components, one_component, output_folder};

    #[test]
    fn only_the_crates_own_component_is_taken_from_cargos_messages() {
        let messages = br#"{"reason":"compiler-artifact","manifest_path":"/p/Cargo.toml","target":{"kind":["cdylib","rlib"]},"filenames":["/t/p.wasm","/t/libp.rlib"]}
{"reason":"compiler-artifact","manifest_path":"/q/Cargo.toml","target":{"kind":["cdylib"]},"filenames":["/t/q.wasm"]}
{"reason":"compiler-artifact","manifest_path":"/p/Cargo.toml","target":{"kind":["custom-build"]},"filenames":["/t/build"]}
{"reason":"build-finished","success":true}
no json
"#;
        assert_eq!(
            components(messages, Path::new("/p/Cargo.toml")),
            [PathBuf::from("/t/p.wasm")]
        );
    }

    #[test]
    fn a_crate_without_a_component_is_told_what_to_add() {
        let error = one_component(Path::new("/p/Cargo.toml"), &[])
            .unwrap_err()
            .to_string();
        assert!(error.contains("crate-type = [\"cdylib\"]"), "{error}");
        assert!(one_component(Path::new("/p/Cargo.toml"), &["a".into(), "b".into()]).is_err());
    }

    #[test]
    fn finished_plugins_are_in_the_target_folder() {
        let folder = output_folder(Path::new("/x/target/wasm32-wasip2/release/p.wasm")).unwrap();
        assert_eq!(folder, Path::new("/x/target/maquette"));
    }
}
