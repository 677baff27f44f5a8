//! `maquette plugin push`.

use anyhow::{Context as _, bail};
use maquette_host::{Manifest, Tag, Version};

use super::source;
use crate::command::{self, WrongUse};
use crate::output::Output;
use crate::registry::{Artifact, Client, Created, Target};

/// Publishes a plugin and prints its digest.
pub(crate) async fn push(arguments: command::Push, output: Output) -> anyhow::Result<()> {
    let target: Target = arguments
        .reference
        .parse()
        .map_err(|error| WrongUse(anyhow::Error::new(error)))?;
    let wasm = source::read(&arguments.file)?;
    let (inspection, manifest) = source::inspect(&wasm, &arguments.file.display().to_string())?;
    let version = tag(&target, &manifest).map_err(WrongUse)?;
    let created = Created::from_epoch(std::env::var("SOURCE_DATE_EPOCH").ok().as_deref())?;
    let artifact = Artifact::new(wasm, &inspection, &manifest, &created)?;
    let digest = artifact.digest();
    let reference = format!("{}:{version}", target.repository);

    let client = Client::new(target, &arguments.registry)?;
    output.progress(&format!(
        "Pushing {} {} to {reference}",
        manifest.name, manifest.version
    ));
    match client.resolve(&version).await? {
        Some(existing) if existing == digest => output.progress("It is there already"),
        Some(existing) if !arguments.overwrite => bail!(
            "{reference} exists already and is something else ({existing}); raise the version in Cargo.toml, or give --overwrite"
        ),
        _ => client.push(&artifact, &version).await?,
    }
    let result = serde_json::json!({ "reference": reference, "digest": digest.to_string(), "version": version.to_string() });
    output.result(&result, || format!("{reference}@{digest}"))
}

/// The tag that was given, else the manifest's version. A tag cannot hold `+`; `_` stands for it, as in Helm's charts.
fn tag(target: &Target, manifest: &Manifest) -> anyhow::Result<Version> {
    match &target.version {
        Some(Version::Tag(tag)) => Ok(Version::Tag(tag.clone())),
        Some(_) => bail!(
            "a plugin is pushed to a tag; leave the digest out, it is printed when it is done"
        ),
        None => {
            let tag: Tag = manifest
                .version
                .replace('+', "_")
                .parse()
                .context("the plugin's version cannot be a tag; add :TAG")?;
            Ok(Version::Tag(tag))
        }
    }
}
