//! `maquette plugin new`.

mod name;
mod project;
mod templates;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};

use crate::command::{self, WrongUse};
use crate::output::Output;
use name::Name;
use project::{Project, Sdk};

/// Writes the project and says what to do next.
pub(crate) fn new(arguments: &command::New, output: Output) -> anyhow::Result<()> {
    let name: Name = arguments.name.parse().map_err(WrongUse)?;
    let sdk = arguments
        .sdk
        .as_deref()
        .map(checkout)
        .transpose()
        .map_err(WrongUse)?;
    let folder = arguments
        .path
        .clone()
        .unwrap_or_else(|| PathBuf::from(name.as_str()));
    ensure_empty(&folder)?;

    let sdk = sdk.map_or(Sdk::Release, Sdk::Checkout);
    let project = Project::new(&name, arguments.interface, &sdk);
    for (path, content) in &project.files {
        write(&folder.join(path), content)?;
    }
    let files: Vec<&str> = project.files.iter().map(|(path, _)| *path).collect();
    let result = serde_json::json!({
        "name": name.as_str(), "interface": project.interface, "path": folder, "files": files,
    });
    output.result(&result, || project.next_steps(&folder))
}

/// The SDK in a checkout of Maquette, or the folder of the SDK itself.
fn checkout(path: &Path) -> anyhow::Result<PathBuf> {
    let found = [path.join("sdk/rust"), path.to_owned()]
        .into_iter()
        .find(|folder| {
            std::fs::read_to_string(folder.join("Cargo.toml"))
                .is_ok_and(|manifest| manifest.contains("name = \"maquette-sdk\""))
        });
    let found = found.with_context(|| {
        format!(
            "--sdk: {} is no checkout of Maquette: it has no sdk/rust",
            path.display()
        )
    })?;
    found
        .canonicalize()
        .with_context(|| format!("--sdk: {} cannot be read", path.display()))
}

fn ensure_empty(folder: &Path) -> anyhow::Result<()> {
    match std::fs::read_dir(folder) {
        Ok(mut entries) => ensure!(
            entries.next().is_none(),
            "{} is there already and not empty; choose another folder with --path",
            folder.display()
        ),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => {
            return Err(error).with_context(|| format!("{} cannot be used", folder.display()));
        }
    }
    Ok(())
}

fn write(path: &Path, content: &str) -> anyhow::Result<()> {
    let write = || {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(path, content)
    };
    write().with_context(|| format!("{} cannot be written", path.display()))
}
