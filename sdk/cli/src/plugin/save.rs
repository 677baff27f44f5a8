//! `maquette plugin save`.

use anyhow::Context as _;
use maquette_host::{Digest, Version};

use super::trusted::{self, reference};
use crate::command::{self, WrongUse};
use crate::files;
use crate::layout::{Entry, Layout, parts};
use crate::output::Output;
use crate::registry::{Client, Stored, signature_tag, statements_tag};

/// Writes a version with everything that is about it into one file.
pub(crate) async fn save(arguments: command::Save, output: Output) -> anyhow::Result<()> {
    let (target, version) = reference(&arguments.reference).map_err(WrongUse)?;
    let required = trusted::verification(&arguments.signers)?;
    output.progress(&format!("Reading {}", arguments.reference));
    let verified = trusted::verify(&target, &version, required, &arguments.registry).await?;
    let repository = target.repository.clone();
    let client = Client::new(target, &arguments.registry)?;
    let tag = match &version {
        Version::Tag(tag) => Some(tag.to_string()),
        Version::Digest(_) | Version::Range(_) => None,
    };
    let layout = collect(&client, &verified.digest, tag).await?;
    let archive = layout.to_tar()?;
    files::write(&arguments.file, &archive)?;
    let reference = format!("{repository}@{}", verified.digest);
    let others = layout.manifests.len() - 1;
    let result = serde_json::json!({
        "reference": reference, "digest": verified.digest.to_string(), "path": arguments.file,
        "sizeBytes": archive.len(), "referrers": others, "signedBy": verified.signed_by,
    });
    output.result(&result, || {
        format!(
            "{} holds {reference} and {others} documents about it",
            arguments.file.display()
        )
    })
}

/// The plugin, its signatures, and what else refers to it.
async fn collect(client: &Client, digest: &Digest, tag: Option<String>) -> anyhow::Result<Layout> {
    let mut layout = Layout::default();
    let version = Version::Digest(digest.clone());
    let manifest = client.manifest(&version).await?;
    let manifest = manifest.with_context(|| format!("{digest} is not there any more"))?;
    add(client, &mut layout, manifest, tag).await?;
    for tag in [signature_tag(digest)?, statements_tag(digest)?] {
        if let Some(manifest) = client.manifest(&tag).await? {
            add(client, &mut layout, manifest, Some(tag.to_string())).await?;
        }
    }
    for referrer in client.referrers(digest).await? {
        let is_there = layout
            .manifests
            .iter()
            .any(|entry| entry.manifest.digest == referrer);
        let version = Version::Digest(referrer);
        if let (false, Some(manifest)) = (is_there, client.manifest(&version).await?) {
            add(client, &mut layout, manifest, None).await?;
        }
    }
    Ok(layout)
}

async fn add(
    client: &Client,
    layout: &mut Layout,
    manifest: Stored,
    tag: Option<String>,
) -> anyhow::Result<()> {
    for (digest, size) in parts(&manifest)? {
        layout.add_blob(client.blob(&digest, size).await?);
    }
    layout.manifests.push(Entry { manifest, tag });
    Ok(())
}
