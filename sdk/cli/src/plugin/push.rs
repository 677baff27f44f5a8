//! `maquette plugin push`.

use std::cmp::Ordering;

use anyhow::{Context as _, bail};
use maquette_host::{Digest, Manifest, Tag, Version};

use super::{beside, source};
use crate::attest::{self, Document};
use crate::command::{self, WrongUse};
use crate::output::Output;
use crate::registry::{Artifact, Client, Created, Stored, Target};
use crate::signing::SigningKey;

/// What plugins are compiled for.
const PLATFORM: &str = "wasm32-wasip2";

/// Publishes a plugin and prints its digest.
pub(crate) async fn push(arguments: command::Push, output: Output) -> anyhow::Result<()> {
    let target: Target = arguments
        .reference
        .parse()
        .map_err(|error| WrongUse(anyhow::Error::new(error)))?;
    let wasm = source::read(&arguments.file)?;
    let (inspection, manifest) = source::inspect(&wasm, &arguments.file.display().to_string())?;
    let version = tag(&target, &manifest)?;
    let created = Created::from_epoch(std::env::var("SOURCE_DATE_EPOCH").ok().as_deref())?;
    let component = Digest::of(&wasm);
    let artifact = Artifact::new(wasm, &inspection, &manifest, &created)?;
    let digest = artifact.digest();
    let reference = format!("{}:{version}", target.repository);
    // Before anything is published: what cannot be said of the crate ends the command.
    let documents = documents(&arguments, &component, &manifest)?;
    let key = arguments.key.as_deref().map(SigningKey::read).transpose()?;

    let client = Client::new(target, &arguments.registry)?;
    output.progress(&format!(
        "Pushing {} {} to {reference}",
        manifest.name, manifest.version
    ));
    let mut is_new = true;
    match client.resolve(&version).await? {
        Some(existing) if existing == digest => {
            output.progress("It is there already");
            is_new = false;
        }
        Some(existing) if !arguments.overwrite => bail!(
            "{reference} exists already and is something else ({existing}); raise the version in Cargo.toml, or give --overwrite"
        ),
        _ => client.push(&artifact, &version).await?,
    }
    let subject = Stored::new(artifact.manifest.clone());
    let mut types = Vec::new();
    for document in &documents {
        is_new |= beside::attach(&client, &subject, document, key.as_ref(), output).await?;
        types.push(document.kind.media_type());
    }
    let mut signer = None;
    if let Some(key) = &key {
        is_new |= beside::sign(&client, &subject, key, output).await?;
        signer = Some(key.public()?.to_string());
    }
    let mut result = serde_json::json!({
        "reference": reference, "digest": digest.to_string(), "version": version.to_string(),
        "attached": types, "new": is_new,
    });
    if let (Some(signer), Some(fields)) = (&signer, result.as_object_mut()) {
        fields.insert("signer".to_owned(), signer.as_str().into());
    }
    output.result(&result, || match signer {
        Some(signer) => format!("{reference}@{digest} is signed by {signer}"),
        None => format!("{reference}@{digest}"),
    })
}

/// What is asked for beside the plugin.
fn documents(
    arguments: &command::Push,
    component: &Digest,
    manifest: &Manifest,
) -> anyhow::Result<Vec<Document>> {
    let mut documents = Vec::new();
    if arguments.sbom {
        let about = attest::About {
            name: &manifest.name,
            version: &manifest.version,
            summary: &manifest.summary,
            digest: component,
        };
        let packages = attest::packages(&arguments.folder, PLATFORM)?;
        documents.push(Document {
            kind: attest::Kind::Sbom,
            content: attest::sbom(&about, &packages)?,
        });
    }
    if arguments.provenance {
        let source = attest::Source::of(&arguments.folder);
        let lock = attest::lock_file(&arguments.folder);
        documents.push(Document {
            kind: attest::Kind::Provenance,
            content: attest::provenance(component, &source, lock.as_deref()),
        });
    }
    Ok(documents)
}

/// The tag that was given, else the manifest's version. A tag cannot hold `+`; `_` stands for it, as in Helm's charts.
fn tag(target: &Target, manifest: &Manifest) -> anyhow::Result<Version> {
    match &target.version {
        Some(Version::Tag(tag)) => {
            let own = semver::Version::parse(&manifest.version).ok();
            let named = tag.version();
            // The operator refuses such a tag, so that nobody is given another version than was asked for.
            if let (Some(own), Some(named)) = (own, named)
                && own.cmp_precedence(&named) != Ordering::Equal
            {
                bail!(
                    "the tag {tag} says another version than the plugin, which is {own}; operators refuse that. Change the version \
                     in Cargo.toml and build again, leave the tag out, or give one that is no version, such as `edge`"
                );
            }
            Ok(Version::Tag(tag.clone()))
        }
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
