//! A document about a manifest, in the forms that it takes in a registry. Pure.

use maquette_host::{AttestationLayer, Digest, Repository};
use serde_json::{Value, json};

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// What it is made of: `CycloneDX`.
    Sbom,
    /// How it was made: SLSA provenance.
    Provenance,
}

/// A document about a manifest.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Document {
    pub(crate) kind: Kind,
    /// Without saying what it is about: the bill of materials, or the predicate.
    pub(crate) content: Value,
}

impl Kind {
    /// Media type of the document that lies beside the manifest.
    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Self::Sbom => "application/vnd.cyclonedx+json",
            Self::Provenance => AttestationLayer::PAYLOAD_TYPE,
        }
    }

    /// What it is called in a statement (in-toto); `cosign verify-attestation --type` knows them as `cyclonedx` and
    /// `slsaprovenance1`.
    pub(crate) fn predicate_type(self) -> &'static str {
        match self {
            Self::Sbom => "https://cyclonedx.org/bom",
            Self::Provenance => "https://slsa.dev/provenance/v1",
        }
    }
}

impl Document {
    /// What lies beside the manifest: the bill of materials alone, and the statement.
    pub(crate) fn attached(&self, repository: &Repository, manifest: &Digest) -> Value {
        match self.kind {
            Kind::Sbom => self.content.clone(),
            Kind::Provenance => self.statement(repository, manifest),
        }
    }

    /// What is signed (<https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md>).
    pub(crate) fn statement(&self, repository: &Repository, manifest: &Digest) -> Value {
        json!({
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [{ "name": repository.to_string(), "digest": { "sha256": manifest.hex() } }],
            "predicateType": self.kind.predicate_type(),
            "predicate": self.content,
        })
    }
}
