//! The documents of a signature: cosign's "simple signing"
//! (<https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md>). Pure.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use maquette_host::{Digest, Repository};
use serde_json::{Value, json};

use super::SigningKey;
use super::artifact::{SignedArtifact, layers};

const PAYLOAD_TYPE: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
const ARTIFACT_TYPE: &str = "application/vnd.dev.cosign.artifact.sig.v1+json";
const SIGNATURE: &str = "dev.cosignproject.cosign/signature";

/// What is signed: that this digest is in this repository.
pub(crate) fn payload(repository: &Repository, digest: &Digest) -> Vec<u8> {
    let document = json!({
        "critical": {
            "identity": { "docker-reference": repository.to_string() },
            "image": { "docker-manifest-digest": digest.to_string() },
            "type": "cosign container image signature",
        },
        "optional": null,
    });
    document.to_string().into_bytes()
}

/// The artifact that holds all signatures of one manifest: one more beside those of `existing`, the manifest that is there
/// already.
///
/// # Errors
/// `existing` is no manifest.
pub(crate) fn signatures(
    subject: &Value,
    payload: &[u8],
    signature: &[u8],
    existing: Option<&[u8]>,
) -> anyhow::Result<SignedArtifact> {
    let layer = json!({
        "mediaType": PAYLOAD_TYPE,
        "digest": Digest::of(payload).to_string(),
        "size": payload.len(),
        "annotations": { SIGNATURE: STANDARD.encode(signature) },
    });
    SignedArtifact::with(layer, ARTIFACT_TYPE, subject, existing)
}

/// Whether this key signed this payload already.
///
/// # Errors
/// `existing` is no manifest.
pub(crate) fn is_signed(existing: &[u8], payload: &[u8], key: &SigningKey) -> anyhow::Result<bool> {
    let digest = Digest::of(payload).to_string();
    Ok(layers(existing)?.iter().any(|layer| {
        let annotations = layer.get("annotations").and_then(|all| all.get(SIGNATURE));
        let signature = annotations.and_then(Value::as_str);
        layer.get("digest").and_then(Value::as_str) == Some(digest.as_str())
            && signature
                .and_then(|text| STANDARD.decode(text).ok())
                .is_some_and(|signature| key.made(payload, &signature))
    }))
}
