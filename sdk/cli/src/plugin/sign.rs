//! `maquette plugin sign`.

use anyhow::Context as _;

use super::trusted::reference;
use crate::command::{self, WrongUse};
use crate::output::Output;
use crate::registry::{Client, Stored, signature_tag};
use crate::signing::{Signature, SigningKey, payload};

/// Signs what a reference names now, and puts the signature beside it.
pub(crate) async fn sign(arguments: command::Sign, output: Output) -> anyhow::Result<()> {
    let (target, version) = reference(&arguments.reference).map_err(WrongUse)?;
    let key = SigningKey::read(&arguments.key)?;
    let client = Client::new(target, &arguments.registry)?;
    let subject = client
        .manifest(&version)
        .await?
        .with_context(|| format!("{} does not exist; push it first", arguments.reference))?;
    let digest = &subject.digest;
    let reference = format!("{}@{digest}", client.repository());
    let payload = payload(client.repository(), digest);
    let tag = signature_tag(digest)?;
    let existing = client.manifest(&tag).await?;
    let is_signed = match &existing {
        Some(existing) => Signature::is_in(&existing.bytes, &payload, &key)?,
        None => false,
    };
    if is_signed {
        output.progress("This key signed it already");
    } else {
        output.progress(&format!("Signing {reference}"));
        let signature = key.sign(&payload)?;
        let existing = existing.as_ref().map(|stored| stored.bytes.as_slice());
        let made = Signature::new(&subject.descriptor()?, &payload, &signature, existing)?;
        client.log_in_to_push(&tag).await?;
        client.put_blob(&payload).await?;
        client.put_blob(&made.config).await?;
        client
            .put_manifest(&tag, &Stored::new(made.manifest))
            .await?;
    }
    let signer = key.public()?.to_string();
    let result = serde_json::json!({
        "reference": reference, "digest": digest.to_string(), "signature": tag.to_string(), "signer": signer,
    });
    output.result(&result, || format!("{reference} is signed by {signer}"))
}
