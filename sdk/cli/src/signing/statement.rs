//! Signed statements as `cosign attest` makes them: DSSE envelopes in one artifact
//! (<https://github.com/sigstore/cosign/blob/main/specs/ATTESTATION_SPEC.md>). Pure.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use maquette_host::{AttestationLayer, Digest};
use serde_json::{Value, json};

use super::SigningKey;
use super::artifact::SignedArtifact;

const ARTIFACT_TYPE: &str = "application/vnd.dev.cosign.artifact.att.v1+json";

/// The artifact that holds all signed statements about one manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Statements {
    pub(crate) envelope: Vec<u8>,
    pub(crate) artifact: SignedArtifact,
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
        let signature = key.sign(&AttestationLayer::message(statement))?;
        let envelope = json!({
            "payloadType": AttestationLayer::PAYLOAD_TYPE,
            "payload": STANDARD.encode(statement),
            "signatures": [{ "keyid": "", "sig": STANDARD.encode(signature) }],
        });
        let envelope = envelope.to_string().into_bytes();
        let layer = json!({
            "mediaType": AttestationLayer::MEDIA_TYPE,
            "digest": Digest::of(&envelope).to_string(),
            "size": envelope.len(),
            // The signature is in the envelope; cosign reads nothing without this annotation.
            "annotations": { "dev.cosignproject.cosign/signature": "", "predicateType": predicate_type },
        });
        let artifact = SignedArtifact::with(layer, ARTIFACT_TYPE, subject, existing)?;
        Ok(Self { envelope, artifact })
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
