//! Signed statements as `cosign attest` makes them: DSSE envelopes in one artifact
//! (<https://github.com/sigstore/cosign/blob/main/specs/ATTESTATION_SPEC.md>). Pure.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use maquette_host::{AttestationLayer, Digest};
use serde_json::{Value, json};

use super::SigningKey;

const ARTIFACT_TYPE: &str = "application/vnd.dev.cosign.artifact.att.v1+json";
const CONFIG_TYPE: &str = "application/vnd.oci.image.config.v1+json";
const MANIFEST_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";

/// The artifact that holds all signed statements about one manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Statements {
    pub(crate) envelope: Vec<u8>,
    pub(crate) config: Vec<u8>,
    pub(crate) manifest: Vec<u8>,
}

impl Statements {
    /// One more statement, signed, beside those of `existing`, the manifest that is there already.
    ///
    /// # Errors
    /// `existing` is no manifest, or nothing can be signed.
    pub(crate) fn new(
        subject: &Value,
        predicate_type: &str,
        statement: &[u8],
        key: &SigningKey,
        existing: Option<&[u8]>,
    ) -> anyhow::Result<Self> {
        let mut layers = existing.map(layers).transpose()?.unwrap_or_default();
        let signature = key.sign(&AttestationLayer::message(statement))?;
        let envelope = json!({
            "payloadType": AttestationLayer::PAYLOAD_TYPE,
            "payload": STANDARD.encode(statement),
            "signatures": [{ "keyid": "", "sig": STANDARD.encode(signature) }],
        });
        let envelope = envelope.to_string().into_bytes();
        layers.push(json!({
            "mediaType": AttestationLayer::MEDIA_TYPE,
            "digest": Digest::of(&envelope).to_string(),
            "size": envelope.len(),
            // The signature is in the envelope; cosign reads nothing without this annotation.
            "annotations": { "dev.cosignproject.cosign/signature": "", "predicateType": predicate_type },
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
            envelope,
            config,
            manifest: manifest.to_string().into_bytes(),
        })
    }

    /// Whether one of these envelopes is this statement, signed by this key.
    pub(crate) fn is_in(
        envelopes: &[AttestationLayer],
        statement: &[u8],
        key: &SigningKey,
    ) -> bool {
        let message = AttestationLayer::message(statement);
        let text = |value: Option<&Value>| STANDARD.decode(value?.as_str()?).ok();
        envelopes.iter().any(|layer| {
            let Ok(envelope) = serde_json::from_slice::<Value>(&layer.envelope) else {
                return false;
            };
            text(envelope.get("payload")).as_deref() == Some(statement)
                && text(envelope.pointer("/signatures/0/sig"))
                    .is_some_and(|signature| key.made(&message, &signature))
        })
    }
}

fn layers(manifest: &[u8]) -> anyhow::Result<Vec<Value>> {
    let document: Value = serde_json::from_slice(manifest)?;
    let layers = document.get("layers").and_then(Value::as_array);
    Ok(layers.cloned().unwrap_or_default())
}
