//! A document as an OCI artifact with a subject (OCI image specification 1.1, "Guidelines for Artifact Usage"). Pure.

use maquette_host::Digest;
use serde_json::{Value, json};

/// The empty configuration, which the specification gives.
const EMPTY: &[u8] = b"{}";
const EMPTY_TYPE: &str = "application/vnd.oci.empty.v1+json";

/// A document beside a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attachment {
    pub(crate) document: Vec<u8>,
    pub(crate) manifest: Vec<u8>,
}

impl Attachment {
    /// This document, about the manifest of this descriptor.
    pub(crate) fn new(media_type: &'static str, document: &Value, subject: &Value) -> Self {
        let document = document.to_string().into_bytes();
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "artifactType": media_type,
            "config": {
                "mediaType": EMPTY_TYPE,
                "digest": Digest::of(EMPTY).to_string(),
                "size": EMPTY.len(),
            },
            "layers": [{
                "mediaType": media_type,
                "digest": Digest::of(&document).to_string(),
                "size": document.len(),
            }],
            "subject": subject,
        });
        Self {
            document,
            manifest: manifest.to_string().into_bytes(),
        }
    }

    /// Blobs that it is made of.
    pub(crate) fn blobs(&self) -> [&[u8]; 2] {
        [EMPTY, &self.document]
    }
}
