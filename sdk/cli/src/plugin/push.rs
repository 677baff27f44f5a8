//! `maquette plugin push`.

use anyhow::{Context as _, bail};
use maquette_host::{Digest, Manifest, Repository, Tag, Version};

use super::source;
use crate::attest::{self, Attachment};
use crate::command::{self, WrongUse};
use crate::output::Output;
use crate::registry::{Artifact, Client, Created, Stored, Target};

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
    let component = Digest::of(&wasm);
    let artifact = Artifact::new(wasm, &inspection, &manifest, &created)?;
    let digest = artifact.digest();
    let reference = format!("{}:{version}", target.repository);
    // Before anything is published: what cannot be said of the crate ends the command.
    let attached = attachments(
        &arguments,
        &target.repository,
        &artifact,
        &component,
        &manifest,
    )?;

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
    for attachment in &attached {
        output.progress(&format!("Attaching {}", attachment.media_type));
        client.log_in_to_push(&version).await?;
        for blob in attachment.blobs() {
            client.put_blob(blob).await?;
        }
        let stored = Stored::new(attachment.manifest.clone());
        client.put_referrer(&digest, &stored).await?;
    }
    let types: Vec<&str> = attached.iter().map(|it| it.media_type).collect();
    let result = serde_json::json!({
        "reference": reference, "digest": digest.to_string(), "version": version.to_string(), "attached": types,
    });
    output.result(&result, || format!("{reference}@{digest}"))
}

/// What is asked for beside the plugin.
fn attachments(
    arguments: &command::Push,
    repository: &Repository,
    artifact: &Artifact,
    component: &Digest,
    about: &Manifest,
) -> anyhow::Result<Vec<Attachment>> {
    let subject = Stored::new(artifact.manifest.clone()).descriptor()?;
    let mut attached = Vec::new();
    if arguments.sbom {
        let document = attest::sbom(about, component, &attest::packages(&arguments.folder)?)?;
        attached.push(Attachment::new(attest::SBOM_TYPE, &document, &subject));
    }
    if arguments.provenance {
        let source = attest::Source::of(&arguments.folder);
        let lock = attest::lock_file(&arguments.folder);
        let (repository, digest) = (repository.to_string(), artifact.digest());
        let document =
            attest::provenance(&repository, &digest, component, &source, lock.as_deref());
        attached.push(Attachment::new(
            attest::PROVENANCE_TYPE,
            &document,
            &subject,
        ));
    }
    Ok(attached)
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
