//! `maquette plugin attach`.

use std::path::Path;

use anyhow::{Context as _, ensure};
use maquette_host::Digest;
use serde_json::Value;

use super::trusted::reference;
use super::{beside, source};
use crate::attest::{self, Document, Kind};
use crate::command::{self, WrongUse};
use crate::output::Output;
use crate::registry::Client;
use crate::signing::SigningKey;

/// Puts documents beside what a reference names now.
pub(crate) async fn attach(arguments: command::Attach, output: Output) -> anyhow::Result<()> {
    let (target, version) = reference(&arguments.reference).map_err(WrongUse)?;
    let key = arguments.key.as_deref().map(SigningKey::read).transpose()?;
    let client = Client::new(target, &arguments.registry)?;
    let subject = client
        .manifest(&version)
        .await?
        .with_context(|| format!("{} does not exist; push it first", arguments.reference))?;
    let documents = documents(&arguments, &subject.digest)?;
    let (mut is_new, mut types) = (false, Vec::new());
    for document in &documents {
        is_new |= beside::attach(&client, &subject, document, key.as_ref(), output).await?;
        types.push(document.kind.media_type());
    }
    let reference = format!("{}@{}", client.repository(), subject.digest);
    let result = serde_json::json!({
        "reference": reference, "digest": subject.digest.to_string(), "attached": types, "new": is_new,
    });
    output.result(&result, || {
        format!("{reference} has {}", types.join(" and "))
    })
}

fn documents(arguments: &command::Attach, about: &Digest) -> anyhow::Result<Vec<Document>> {
    let mut documents = Vec::new();
    if let Some(path) = &arguments.sbom {
        let content = json(path, "--sbom")?;
        ensure!(
            content.get("bomFormat").and_then(Value::as_str) == Some("CycloneDX"),
            "--sbom: {} is not a CycloneDX document (`bomFormat`)",
            path.display()
        );
        documents.push((Kind::Sbom, content));
    }
    if let Some(folder) = &arguments.folder {
        let packages = attest::packages(folder, &arguments.target)?;
        documents.push((Kind::Sbom, of_crate(&packages, about)?));
    }
    if let Some(path) = &arguments.provenance {
        let content = json(path, "--provenance")?;
        ensure!(
            content.get("buildDefinition").is_some() && content.get("runDetails").is_some(),
            "--provenance: {} is not the predicate of SLSA provenance 1.0 (`buildDefinition` and `runDetails`)",
            path.display()
        );
        documents.push((Kind::Provenance, content));
    }
    let documents = documents.into_iter();
    Ok(documents
        .map(|(kind, content)| Document { kind, content })
        .collect())
}

/// What the crate says of itself.
fn of_crate(packages: &Value, digest: &Digest) -> anyhow::Result<Value> {
    let own = attest::root_package(packages)?;
    let text = |field: &str| own.get(field).and_then(Value::as_str).unwrap_or_default();
    let about = attest::About {
        name: text("name"),
        version: text("version"),
        summary: text("description"),
        digest,
    };
    attest::sbom(&about, packages)
}

fn json(path: &Path, option: &str) -> anyhow::Result<Value> {
    serde_json::from_slice(&source::read(path)?)
        .with_context(|| format!("{option}: {} is not JSON", path.display()))
}
