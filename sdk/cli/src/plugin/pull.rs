//! `maquette plugin pull`.

use maquette_host::{Digest, Version};

use super::source;
use super::trusted::{self, reference};
use crate::command::{self, WrongUse};
use crate::files;
use crate::output::Output;
use crate::registry::Client;

/// Verifies a version and writes its component into a file.
pub(crate) async fn pull(arguments: command::Pull, output: Output) -> anyhow::Result<()> {
    let (target, version) = reference(&arguments.reference).map_err(WrongUse)?;
    let required = trusted::verification(&arguments.signers)?;
    output.progress(&format!("Pulling {}", arguments.reference));
    let is_verified = required.is_some();
    let verified = trusted::verify(&target, &version, required, &arguments.registry).await?;
    let repository = target.repository.clone();
    let client = Client::new(target, &arguments.registry)?;
    // By the digest that was verified: the tag may be another one's by now.
    let pulled = client
        .pull(&Version::Digest(verified.digest.clone()))
        .await?;
    let reference = format!("{repository}@{}", verified.digest);
    let (_, manifest) = source::inspect(&pulled.wasm, &reference)?;
    let path = arguments
        .file
        .unwrap_or_else(|| format!("{}.wasm", manifest.name).into());
    files::write(&path, &pulled.wasm)?;
    if !is_verified {
        output.progress("Nobody's signature was asked for; --key FILE does");
    }
    let result = serde_json::json!({
        "reference": reference, "digest": verified.digest.to_string(), "path": path,
        "componentDigest": Digest::of(&pulled.wasm).to_string(), "signedBy": verified.signed_by,
    });
    output.result(&result, || {
        let signed = match verified.signed_by.as_slice() {
            [] => String::new(),
            signers => format!(", signed by {}", signers.join(" and ")),
        };
        format!("{} is {reference}{signed}", path.display())
    })
}
