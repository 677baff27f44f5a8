//! `maquette plugin inspect`.

use anyhow::Context as _;
use maquette_host::{Digest, Version};
use serde_json::Value;

use super::report::{Attached, Beside, Report};
use super::source::{self, Source};
use crate::attest::{Kind, Origin};
use crate::command::{self, WrongUse};
use crate::layout::parts;
use crate::output::Output;
use crate::registry::{Client, signature_tag};

/// Prints what a plugin is and asks for. Nothing of it is compiled or run.
pub(crate) async fn inspect(arguments: command::Inspect, output: Output) -> anyhow::Result<()> {
    let (wasm, digest, beside) = match Source::find(&arguments.plugin).map_err(WrongUse)? {
        Source::File(path) => (source::read(&path)?, None, None),
        Source::Registry { target, version } => {
            output.progress(&format!("Reading {}", arguments.plugin));
            let client = Client::new(target, &arguments.registry)?;
            let pulled = client.pull(&version).await?;
            let beside = beside(&client, &pulled.digest).await?;
            (pulled.wasm, Some(pulled.digest.to_string()), Some(beside))
        }
    };
    let (inspection, manifest) = source::inspect(&wasm, &arguments.plugin)?;
    let mut report = Report::new(arguments.plugin, &wasm, &inspection, &manifest);
    report.digest = digest;
    report.beside = beside;
    output.result(&report, || report.text())
}

/// What lies beside it. Nobody's signature is verified here.
async fn beside(client: &Client, digest: &Digest) -> anyhow::Result<Beside> {
    let mut attached = Vec::new();
    let mut provenance = None;
    for (kind, digest) in client.typed_referrers(digest).await? {
        if kind == Kind::Provenance.media_type() {
            provenance = origin(client, &digest).await?.or(provenance);
        }
        attached.push(Attached {
            kind: kind.chars().filter(|c| !c.is_control()).take(100).collect(),
            digest: digest.to_string(),
        });
    }
    let signatures = client.manifest(&signature_tag(digest)?).await?;
    let (_, statements) = client.statements(digest).await?;
    Ok(Beside {
        attached,
        provenance,
        signatures: match &signatures {
            Some(manifest) => parts(manifest)?.len().saturating_sub(1),
            None => 0,
        },
        signed_statements: statements.len(),
    })
}

/// What an attached statement says of the source.
async fn origin(client: &Client, manifest: &Digest) -> anyhow::Result<Option<Origin>> {
    let version = Version::Digest(manifest.clone());
    let Some(manifest) = client.manifest(&version).await? else {
        return Ok(None);
    };
    // The configuration comes first.
    let Some((digest, size)) = parts(&manifest)?.into_iter().nth(1) else {
        return Ok(None);
    };
    let statement: Value = serde_json::from_slice(&client.blob(&digest, size).await?)
        .with_context(|| format!("the provenance {digest} is not JSON"))?;
    Ok(statement.get("predicate").map(Origin::of))
}
