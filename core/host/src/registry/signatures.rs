//! Where signatures of a manifest are: what the registry lists as referrers (OCI distribution 1.1), their tag fallback, and
//! cosign's own tag.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::Deserialize;

use super::{
    Pull, PullError,
    answer::expect_ok,
    artifact::{self, Blob, INDEX, malformed},
};
use crate::{names::Digest, trust::Evidence};

/// More signatures than this are not looked at.
const SIGNATURES: usize = 32;
/// Referrers whose manifests are read.
const REFERRERS: usize = 32;

const SIMPLE: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
const SIMPLE_ARTIFACT: &str = "application/vnd.dev.cosign.artifact.sig.v1+json";
const BUNDLE: &str = "application/vnd.dev.sigstore.bundle";
/// What cosign's own client writes into the fallback of a registry without referrers: the type of the empty config.
const UNTYPED: &str = "application/vnd.oci.empty.v1+json";

#[derive(Deserialize)]
struct Index {
    #[serde(default)]
    manifests: Vec<Referrer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Referrer {
    digest: String,
    artifact_type: Option<String>,
}

#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    layers: Vec<Layer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Layer {
    media_type: String,
    digest: String,
    size: u64,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
}

impl Pull<'_> {
    /// Every signature that the registry has of this manifest. Nothing of it is believed here.
    ///
    /// # Errors
    /// The registry is away or refuses, or a document is too large or malformed.
    pub(crate) async fn signatures(&mut self, digest: &Digest) -> Result<Vec<Evidence>, PullError> {
        let mut manifests = Vec::new();
        for referrer in self.referrers(digest).await? {
            manifests.push(self.manifest_of(&referrer).await?);
        }
        let tag = format!("sha256-{}.sig", digest.hex());
        manifests.extend(found(self.manifest(&tag).await)?.map(|(manifest, _)| manifest));
        let mut evidence = Vec::new();
        for manifest in manifests {
            let document: Document = serde_json::from_slice(&manifest)
                .map_err(|error| malformed("a signature's manifest", &error))?;
            for layer in document.layers {
                if evidence.len() == SIGNATURES {
                    return Ok(evidence);
                }
                if let Some(found) = self.evidence(layer).await?
                    && !evidence.contains(&found)
                {
                    evidence.push(found);
                }
            }
        }
        Ok(evidence)
    }

    /// Manifests that say they are signatures of this one.
    async fn referrers(&mut self, digest: &Digest) -> Result<Vec<Digest>, PullError> {
        let index = if let Some(index) = self.listed(digest).await? {
            Some(index)
        } else {
            let tag = format!("sha256-{}", digest.hex());
            found(self.manifest(&tag).await)?.map(|(index, _)| index)
        };
        let Some(index) = index else {
            return Ok(Vec::new());
        };
        let index: Index = serde_json::from_slice(&index)
            .map_err(|error| malformed("the list of referrers", &error))?;
        let is_signature =
            |kind: &str| [SIMPLE_ARTIFACT, UNTYPED].contains(&kind) || kind.starts_with(BUNDLE);
        index
            .manifests
            .iter()
            .filter(|referrer| referrer.artifact_type.as_deref().is_none_or(is_signature))
            .take(REFERRERS)
            .map(|referrer| {
                referrer.digest.parse().map_err(|_| PullError::Malformed {
                    what: "the list of referrers",
                    problem: "a digest in it is none".to_owned(),
                })
            })
            .collect()
    }

    /// The registry's own list; nothing where it keeps none.
    async fn listed(&mut self, digest: &Digest) -> Result<Option<Bytes>, PullError> {
        let (client, registry) = (self.client, self.wanted.repository.registry());
        let reference = format!("{}@{digest}", self.wanted.repository);
        let url = self.url(&format!("referrers/{digest}"))?;
        let reading = async {
            let answer = self.ask(&url, Some(INDEX)).await?;
            let answer = expect_ok(answer, &reference, client.caps.error_bytes).await?;
            // A server without this interface may answer with a page of its own.
            if answer
                .header("content-type")
                .is_none_or(|kind| !kind.starts_with(INDEX))
            {
                return Ok(None);
            }
            let bytes = answer
                .document("the list of referrers", client.caps.manifest_bytes)
                .await?;
            Ok(Some(bytes))
        };
        match client.bounded(registry, reading).await {
            Err(PullError::NotFound { .. }) => Ok(None),
            Err(PullError::Refused { status, .. }) if (400..429).contains(&status) => Ok(None),
            other => other,
        }
    }

    async fn evidence(&mut self, mut layer: Layer) -> Result<Option<Evidence>, PullError> {
        let is_bundle = layer.media_type.starts_with(BUNDLE);
        if !is_bundle && layer.media_type != SIMPLE {
            return Ok(None);
        }
        let cap = self.client.caps.manifest_bytes;
        if layer.size > cap {
            return Err(PullError::TooLarge {
                what: "a signature",
                cap,
            });
        }
        let blob = Blob {
            digest: artifact::digest("a signature's manifest", &layer.digest)?,
            size: layer.size,
        };
        let bytes = self.blob("a signature", &blob).await?.to_vec();
        if is_bundle {
            return Ok(Some(Evidence::Bundle(bytes)));
        }
        let mut annotation = |name: &str| layer.annotations.remove(name);
        Ok(Some(Evidence::Simple {
            payload: bytes,
            signature: annotation("dev.cosignproject.cosign/signature"),
            certificate: annotation("dev.sigstore.cosign/certificate"),
            chain: annotation("dev.sigstore.cosign/chain"),
            bundle: annotation("dev.sigstore.cosign/bundle"),
        }))
    }
}

/// What is not there is no error.
fn found<T>(result: Result<T, PullError>) -> Result<Option<T>, PullError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(PullError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
