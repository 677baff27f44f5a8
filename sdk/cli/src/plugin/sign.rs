//! `maquette plugin sign`.

use anyhow::Context as _;

use super::beside;
use super::trusted::reference;
use crate::command::{self, WrongUse};
use crate::output::Output;
use crate::registry::{Client, signature_tag};
use crate::signing::SigningKey;

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
    let is_new = beside::sign(&client, &subject, &key, output).await?;
    let tag = signature_tag(digest)?;
    let signer = key.public()?.to_string();
    let result = serde_json::json!({
        "reference": reference, "digest": digest.to_string(), "signature": tag.to_string(), "signer": signer, "new": is_new,
    });
    output.result(&result, || format!("{reference} is signed by {signer}"))
}
