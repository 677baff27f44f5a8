//! The operator's image in one file, which `maquette plugin load` publishes as it does every artifact.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use maquette_harness::progress::Progress;

use crate::cargo::cargo;
use crate::images;
use crate::root::{root, target};
use crate::step::step;

/// Builds the program as it is released.
pub(super) fn program(progress: &Progress) -> Result<PathBuf> {
    let arguments = [
        "build",
        "--release",
        "--locked",
        "--package",
        "maquette-operator",
    ];
    step(
        progress,
        "build the operator for release",
        &mut cargo(root(), &arguments),
    )?;
    Ok(target().join("release/maquette-operator"))
}

/// The image of a program as an OCI image layout, with this tag.
pub(super) fn layout(program: &Path, version: &str, folder: &Path) -> Result<PathBuf> {
    // The place in the image is that of the file, so that it is the same wherever it was built.
    let bin = folder.join("maquette-operator");
    let done = Command::new("strip")
        .arg("-o")
        .arg(&bin)
        .arg(program)
        .status()
        .context("running strip (Debian package binutils)")?;
    ensure!(done.success(), "strip {} failed", program.display());
    let image = images::operator_at(&bin, "/usr/local/bin/maquette-operator")?;
    let annotations = [
        (
            "org.opencontainers.image.licenses",
            env!("CARGO_PKG_LICENSE"),
        ),
        (
            "org.opencontainers.image.source",
            env!("CARGO_PKG_REPOSITORY"),
        ),
        ("org.opencontainers.image.title", "maquette-operator"),
        ("org.opencontainers.image.version", version),
    ];
    let archive = image.to_layout(version, &annotations)?;
    let path = folder.join("image.tar");
    std::fs::write(&path, archive).with_context(|| format!("writing {}", path.display()))?;
    Ok(path)
}
