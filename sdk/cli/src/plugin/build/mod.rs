//! `maquette plugin build`.

mod cargo;
mod section;

use std::path::Path;

use anyhow::Context as _;

use super::report::Report;
use super::source;
use crate::command;
use crate::output::Output;

/// Compiles a crate, writes the manifest into the component, checks it and prints what it is.
pub(crate) async fn build(arguments: command::Build, output: Output) -> anyhow::Result<()> {
    let built = cargo::build(&arguments.path, output).await?;
    let bare = source::read(&built)?;

    output.progress("Asking the component what it is");
    let manifest = maquette_host::describe(&bare)
        .await
        .with_context(|| format!("{} does not say what it is", built.display()))?;
    let wasm = section::append(bare, &manifest)?;
    let (inspection, manifest) = source::inspect(&wasm, &built.display().to_string())?;

    let path = cargo::output_folder(&built)?.join(format!("{}.wasm", manifest.name));
    write(&path, &wasm)?;
    let mut report = Report::new(path.display().to_string(), &wasm, &inspection, &manifest);
    report.path = Some(path.display().to_string());
    output.result(&report, || report.text())
}

/// Writes beside the file and renames, so that nobody ever reads half a plugin.
fn write(path: &Path, wasm: &[u8]) -> anyhow::Result<()> {
    let write = || -> std::io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder)?;
        let file = tempfile::NamedTempFile::new_in(folder)?;
        std::fs::write(file.path(), wasm)?;
        file.persist(path)?;
        Ok(())
    };
    write().with_context(|| format!("{} cannot be written", path.display()))
}
