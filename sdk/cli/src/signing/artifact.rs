//! The artifact in which cosign keeps what it signed about one manifest: one layer for each. Pure.

use maquette_host::Digest;
use serde_json::{Value, json};

const CONFIG_TYPE: &str = "application/vnd.oci.image.config.v1+json";
const MANIFEST_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";

/// Both documents of the artifact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SignedArtifact {
    pub(crate) config: Vec<u8>,
    pub(crate) manifest: Vec<u8>,
}

impl SignedArtifact {
    /// The layer beside those of `existing`, the manifest that is there already.
    ///
    /// # Errors
    /// `existing` is no manifest.
    pub(super) fn with(
        layer: Value,
        artifact_type: &str,
        subject: &Value,
        existing: Option<&[u8]>,
    ) -> anyhow::Result<Self> {
        let mut layers = existing.map(layers).transpose()?.unwrap_or_default();
        layers.push(layer);
        let digests: Vec<&Value> = layers.iter().map(|layer| &layer["digest"]).collect();
        let config = json!({
            "architecture": "", "os": "", "config": {},
            "rootfs": { "type": "layers", "diff_ids": digests },
        });
        let config = config.to_string().into_bytes();
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST_TYPE,
            "artifactType": artifact_type,
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
}

/// The layers of a manifest.
pub(super) fn layers(manifest: &[u8]) -> anyhow::Result<Vec<Value>> {
    let document: Value = serde_json::from_slice(manifest)?;
    let layers = document.get("layers").and_then(Value::as_array);
    Ok(layers.cloned().unwrap_or_default())
}
