//! The documents of a signature: cosign's "simple signing"
//! (<https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md>). Pure.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use maquette_host::{Digest, Repository};
use serde_json::{Value, json};

use super::SigningKey;

const PAYLOAD_TYPE: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
const ARTIFACT_TYPE: &str = "application/vnd.dev.cosign.artifact.sig.v1+json";
const CONFIG_TYPE: &str = "application/vnd.oci.image.config.v1+json";
const MANIFEST_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";
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

/// The artifact that holds all signatures of one manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Signature {
    pub(crate) config: Vec<u8>,
    pub(crate) manifest: Vec<u8>,
}

impl Signature {
    /// One more signature beside those of `existing`, the manifest that is there already.
    ///
    /// # Errors
    /// `existing` is no manifest.
    pub(crate) fn new(
        subject: &Value,
        payload: &[u8],
        signature: &[u8],
        existing: Option<&[u8]>,
    ) -> anyhow::Result<Self> {
        let mut layers = existing.map(layers).transpose()?.unwrap_or_default();
        layers.push(json!({
            "mediaType": PAYLOAD_TYPE,
            "digest": Digest::of(payload).to_string(),
            "size": payload.len(),
            "annotations": { SIGNATURE: STANDARD.encode(signature) },
        }));
        let digests: Vec<&Value> = layers.iter().map(|layer| &layer["digest"]).collect();
        let config = json!({
            "architecture": "", "os": "", "config": {},
            "rootfs": { "type": "layers", "diff_ids": digests },
        });
        let config = config.to_string().into_bytes();
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST_TYPE,
            "artifactType": ARTIFACT_TYPE,
            "config": {
                "mediaType": CONFIG_TYPE,
                "digest": Digest::of(&config).to_string(),
                "size": config.len(),
            },
            "layers": layers,
            "subject": subject,
        });
        Ok(Self {
            config,
            manifest: manifest.to_string().into_bytes(),
        })
    }

    /// Whether this key signed this payload already.
    ///
    /// # Errors
    /// `existing` is no manifest.
    pub(crate) fn is_in(existing: &[u8], payload: &[u8], key: &SigningKey) -> anyhow::Result<bool> {
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
}

fn layers(manifest: &[u8]) -> anyhow::Result<Vec<Value>> {
    let document: Value = serde_json::from_slice(manifest)?;
    let layers = document.get("layers").and_then(Value::as_array);
    Ok(layers.cloned().unwrap_or_default())
}
