//! A plugin that is named on the command line: a file, or an artifact in a registry.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use maquette_host::{InspectError, Inspection, Manifest, Version};

use crate::registry::Target;

/// Where a plugin is.
#[derive(Debug)]
pub(crate) enum Source {
    File(PathBuf),
    Registry { target: Target, version: Version },
}

impl Source {
    /// A file if there is one of that name, else a reference.
    ///
    /// # Errors
    /// It is neither, or a reference without tag and digest.
    pub(crate) fn find(text: &str) -> anyhow::Result<Self> {
        let path = Path::new(text);
        let looks_like_a_file = path
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("wasm"));
        if path.is_file() || looks_like_a_file {
            return Ok(Self::File(path.to_owned()));
        }
        let target: Target = text
            .parse()
            .with_context(|| format!("`{text}` is neither a file nor a reference such as registry.example.com/team/plugin:1.0.0"))?;
        let version = target
            .version
            .clone()
            .with_context(|| format!("`{text}` names no version; add :TAG or @sha256:…"))?;
        Ok(Self::Registry { target, version })
    }
}

/// Reads a component from a file.
///
/// # Errors
/// It cannot be read.
pub(crate) fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))
}

/// What a component is and asks for, if it is a plugin that the operator can run.
///
/// # Errors
/// It is none; says what to do.
pub(crate) fn inspect(wasm: &[u8], name: &str) -> anyhow::Result<(Inspection, Manifest)> {
    let examine = || -> Result<_, InspectError> {
        let inspection = maquette_host::inspect(wasm)?;
        let manifest = inspection.require_plugin()?.clone();
        Ok((inspection, manifest))
    };
    examine().with_context(|| format!("{name} is not a plugin"))
}
