//! The programs of this repository. Cargo builds what is not up to date.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use maquette_harness::cargo::build_programs;
use serde_json::Value;

/// The repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

/// The path of a program, built with the same command as for the demo, so that neither rebuilds the other's.
pub(crate) fn program(name: &str) -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let ended = build_programs(&root(), true).output().unwrap();
        assert!(
            ended.status.success(),
            "{}",
            String::from_utf8_lossy(&ended.stderr)
        );
        // target/debug/deps/<this test>
        std::env::current_exe()
            .unwrap()
            .ancestors()
            .nth(2)
            .unwrap()
            .to_owned()
    });
    folder.join(name)
}

/// Builds the plugin in this folder, and returns the component.
pub(crate) fn build_plugin(folder: &str) -> Vec<u8> {
    let built = maquette(&["build", folder]);
    std::fs::read(root().join(built["path"].as_str().unwrap())).unwrap()
}

/// Builds the plugin in this folder and pushes it as `<registry>/maquette/<name>` under its own version. Returns its digest.
pub(crate) fn publish_plugin(registry: &str, folder: &str, name: &str) -> String {
    let built = maquette(&["build", folder]);
    let path = built["path"].as_str().unwrap();
    let repository = format!("{registry}/maquette/{name}");
    let pushed = maquette(&["push", path, &repository, "--plain-http"]);
    pushed["digest"].as_str().unwrap().to_owned()
}

fn maquette(arguments: &[&str]) -> Value {
    let mut command = Command::new(program("maquette"));
    command
        .current_dir(root())
        .args(["--output", "json", "plugin"])
        .args(arguments);
    if arguments
        .iter()
        .any(|argument| argument.ends_with("guests"))
    {
        // Where the host's own tests build it, too.
        command.env("CARGO_TARGET_DIR", root().join("target/tmp/guests"));
    }
    let ended = command.output().unwrap();
    let text = String::from_utf8_lossy(&ended.stdout);
    assert!(
        ended.status.success(),
        "{arguments:?}: {text}{}",
        String::from_utf8_lossy(&ended.stderr)
    );
    let start = text.find('{').unwrap();
    serde_json::from_str(&text[start..]).unwrap()
}
