//! `maquette plugin load`.

use anyhow::{Context as _, bail};
use maquette_host::{Tag, Version};

use super::source;
use crate::command::{self, WrongUse};
use crate::layout::{Entry, Layout, parts};
use crate::output::Output;
use crate::registry::{Client, Target, signature_tag, statements_tag};

/// Publishes what a file holds in another registry, under the digests that it has.
pub(crate) async fn load(arguments: command::Load, output: Output) -> anyhow::Result<()> {
    let target: Target = arguments
        .reference
        .parse()
        .map_err(|error| WrongUse(anyhow::Error::new(error)))?;
    let path = arguments.file.display().to_string();
    let layout = Layout::from_tar(&source::read(&arguments.file)?)
        .with_context(|| format!("{path} cannot be loaded"))?;
    let [plugin, others @ ..] = layout.manifests.as_slice() else {
        bail!("{path} holds nothing; make it with `maquette plugin save`");
    };
    let version = version(&target, plugin).map_err(WrongUse)?;
    let digest = plugin.manifest.digest.clone();
    let reference = format!("{}:{version}", target.repository);
    let client = Client::new(target, &arguments.registry)?;
    let existing = client.resolve(&version).await?;
    match &existing {
        Some(existing) if *existing != digest && !arguments.overwrite => bail!(
            "{reference} exists already and is something else ({existing}); choose another tag, or give --overwrite"
        ),
        _ => {}
    }
    output.progress(&format!("Pushing {digest} to {reference}"));
    client.log_in_to_push(&version).await?;
    blobs(&client, &layout, plugin).await?;
    client.put_manifest(&version, &plugin.manifest).await?;
    let tags = [signature_tag(&digest)?, statements_tag(&digest)?];
    for (number, other) in others.iter().enumerate() {
        output.progress(&format!(
            "[{}/{}] {}",
            number + 1,
            others.len(),
            other.manifest.digest
        ));
        blobs(&client, &layout, other).await?;
        let tag = tags.iter().find(|tag| other.tag == Some(tag.to_string()));
        if let Some(tag) = tag {
            client.put_manifest(tag, &other.manifest).await?;
        } else {
            client.put_referrer(&digest, &other.manifest).await?;
        }
    }
    let result = serde_json::json!({
        "reference": reference, "digest": digest.to_string(), "version": version.to_string(),
        "referrers": others.len(), "new": existing != Some(digest.clone()),
    });
    output.result(&result, || format!("{reference}@{digest}"))
}

async fn blobs(client: &Client, layout: &Layout, entry: &Entry) -> anyhow::Result<()> {
    for (digest, _) in parts(&entry.manifest)? {
        client.put_blob(layout.blob(&digest)?).await?;
    }
    Ok(())
}

/// The tag that was given, else the one that it was saved by.
fn version(target: &Target, plugin: &Entry) -> anyhow::Result<Version> {
    match (&target.version, &plugin.tag) {
        (Some(Version::Tag(tag)), _) => Ok(Version::Tag(tag.clone())),
        (Some(_), _) => {
            bail!("a plugin is loaded under a tag; leave the digest out, it stays the same")
        }
        (None, Some(tag)) => Ok(Version::Tag(tag.parse::<Tag>()?)),
        (None, None) => bail!("it was saved by its digest, so that it has no tag; add :TAG"),
    }
}
