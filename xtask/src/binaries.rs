//! The programs of this repository, in the one profile that tests and the demo share.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use maquette_harness::cargo::build_programs;
use maquette_harness::progress::Progress;

use crate::root::{root, target};
use crate::step::step;

/// Where the programs are.
pub(crate) struct Binaries {
    folder: PathBuf,
}

/// Builds the programs that the cluster and the demo need.
pub(crate) fn build(progress: &Progress, operator: bool) -> Result<Binaries> {
    step(
        progress,
        "build the operator, the maquette command and the shop",
        &mut build_programs(root(), operator),
    )?;
    Ok(Binaries {
        folder: target().join("debug"),
    })
}

impl Binaries {
    /// Where they would be: for what does not need them.
    pub(crate) fn unbuilt() -> Self {
        Self {
            folder: target().join("debug"),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A copy without debug information: a tenth of the size, and all that an image needs.
    pub(crate) fn stripped(&self, name: &str) -> Result<PathBuf> {
        let from = self.path(name);
        let folder = target().join("xtask/stripped");
        fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
        let to = folder.join(name);
        if !is_newer(&to, &from) {
            let done = Command::new("strip")
                .arg("-o")
                .arg(&to)
                .arg(&from)
                .status()
                .context("running strip (Debian package binutils)")?;
            anyhow::ensure!(done.success(), "strip {} failed", from.display());
        }
        Ok(to)
    }
}

fn is_newer(file: &Path, than: &Path) -> bool {
    let changed = |path: &Path| {
        fs::metadata(path)
            .and_then(|metadata| metadata.modified())
            .ok()
    };
    changed(file)
        .zip(changed(than))
        .is_some_and(|(file, than)| file > than)
}
