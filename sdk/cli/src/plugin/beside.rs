//! What lies beside a manifest in a registry: documents about it and signatures. Writing the same again changes nothing.

use crate::attest::{Attachment, Document};
use crate::output::Output;
use crate::registry::{Client, Stored, signature_tag, statements_tag};
use crate::signing::{SigningKey, Statements, is_signed, payload, signatures};

/// Attaches a document, and signs it where there is a key. False where nothing had to be written.
///
/// # Errors
/// The registry cannot be reached or refuses.
pub(super) async fn attach(
    client: &Client,
    subject: &Stored,
    document: &Document,
    key: Option<&SigningKey>,
    output: Output,
) -> anyhow::Result<bool> {
    let (repository, digest) = (client.repository(), &subject.digest);
    let media_type = document.kind.media_type();
    let descriptor = subject.descriptor()?;
    let content = document.attached(repository, digest);
    let attachment = Attachment::new(media_type, &content, &descriptor);
    let stored = Stored::new(attachment.manifest.clone());
    client.log_in_to_push(&signature_tag(digest)?).await?;
    let mut is_new = false;
    if !client.referrers(digest).await?.contains(&stored.digest) {
        output.progress(&format!("Attaching {media_type}"));
        for blob in attachment.blobs() {
            client.put_blob(blob).await?;
        }
        is_new = client.put_referrer(digest, &stored).await?;
    }
    let Some(key) = key else {
        return Ok(is_new);
    };
    let statement = document.statement(repository, digest).to_string();
    let (existing, envelopes) = client.statements(digest).await?;
    if Statements::is_in(&envelopes, statement.as_bytes(), key) {
        return Ok(is_new);
    }
    output.progress(&format!("Signing {media_type}"));
    let kind = document.kind.predicate_type();
    let existing = existing.as_ref().map(|stored| stored.bytes.as_slice());
    let made = Statements::new(&descriptor, kind, statement.as_bytes(), key, existing)?;
    client.put_blob(&made.envelope).await?;
    client.put_blob(&made.artifact.config).await?;
    let tag = statements_tag(digest)?;
    client
        .put_manifest(&tag, &Stored::new(made.artifact.manifest))
        .await?;
    Ok(true)
}

/// Signs a manifest. False where this key did already.
///
/// # Errors
/// The registry cannot be reached or refuses.
pub(super) async fn sign(
    client: &Client,
    subject: &Stored,
    key: &SigningKey,
    output: Output,
) -> anyhow::Result<bool> {
    let digest = &subject.digest;
    let payload = payload(client.repository(), digest);
    let tag = signature_tag(digest)?;
    let existing = client.manifest(&tag).await?;
    let signed_before = match &existing {
        Some(existing) => is_signed(&existing.bytes, &payload, key)?,
        None => false,
    };
    if signed_before {
        output.progress("This key signed it already");
        return Ok(false);
    }
    output.progress(&format!("Signing {}@{digest}", client.repository()));
    let signature = key.sign(&payload)?;
    let existing = existing.as_ref().map(|stored| stored.bytes.as_slice());
    let made = signatures(&subject.descriptor()?, &payload, &signature, existing)?;
    client.log_in_to_push(&tag).await?;
    client.put_blob(&payload).await?;
    client.put_blob(&made.config).await?;
    client
        .put_manifest(&tag, &Stored::new(made.manifest))
        .await?;
    Ok(true)
}
