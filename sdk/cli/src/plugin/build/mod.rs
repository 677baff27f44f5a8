//! `maquette plugin build`.

mod cargo;
mod foreign;
mod released;
mod section;

use std::path::PathBuf;

use anyhow::Context as _;

use super::report::Report;
use super::source;
use crate::command;
use crate::files;
use crate::output::Output;

/// Compiles a crate or takes what another toolchain built, writes the manifest into the component, checks it and
/// prints what it is.
pub(crate) async fn build(arguments: command::Build, output: Output) -> anyhow::Result<()> {
    let (built, bare) = bare(&arguments, output).await?;

    output.progress("Asking the component what it is");
    let manifest = maquette_host::describe(&bare)
        .await
        .with_context(|| format!("{} does not say what it is", built.display()))?;
    let wasm = section::append(bare, &manifest)?;
    let (inspection, manifest) = source::inspect(&wasm, &built.display().to_string())?;

    let path = match arguments.out {
        Some(path) => path,
        None => cargo::output_folder(&built)?.join(format!("{}.wasm", manifest.name)),
    };
    files::write(&path, &wasm)?;
    let mut report = Report::new(path.display().to_string(), &wasm, &inspection, &manifest);
    report.path = Some(path.display().to_string());
    output.result(&report, || report.text())
}

/// The component without its manifest, and the file that it comes from.
async fn bare(arguments: &command::Build, output: Output) -> anyhow::Result<(PathBuf, Vec<u8>)> {
    let Some(file) = &arguments.component else {
        let built = cargo::build(&arguments.path, output).await?;
        let bare = source::read(&built)?;
        return Ok((built, bare));
    };
    let world = arguments.wit.as_deref().zip(arguments.world.as_deref());
    let world = world.map(|(wit, name)| foreign::World { wit, name });
    let bare = foreign::component(source::read(file)?, world)
        .with_context(|| format!("{} does not become a plugin", file.display()))?;
    Ok((file.clone(), bare))
}
