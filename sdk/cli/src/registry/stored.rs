//! A manifest as a registry keeps it, and the tags under which others are found that say something about it.

use anyhow::Context as _;
use maquette_host::{Digest, Tag, Version};
use serde_json::{Value, json};

use super::artifact::MANIFEST_TYPE;

pub(super) const INDEX_TYPE: &str = "application/vnd.oci.image.index.v1+json";

/// A manifest or index as a registry keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) bytes: Vec<u8>,
    pub(crate) digest: Digest,
}

impl Stored {
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        Self {
            digest: Digest::of(&bytes),
            bytes,
        }
    }

    /// # Errors
    /// It is not JSON.
    pub(crate) fn json(&self) -> anyhow::Result<Value> {
        serde_json::from_slice(&self.bytes)
            .with_context(|| format!("the manifest {} is not JSON", self.digest))
    }

    /// How others refer to it.
    ///
    /// # Errors
    /// It is not JSON.
    pub(crate) fn descriptor(&self) -> anyhow::Result<Value> {
        Ok(json!({
            "mediaType": self.media_type()?,
            "digest": self.digest.to_string(),
            "size": self.bytes.len(),
        }))
    }

    /// # Errors
    /// It is not JSON.
    pub(crate) fn media_type(&self) -> anyhow::Result<String> {
        let document = self.json()?;
        let given = document.get("mediaType").and_then(Value::as_str);
        let guessed = if document.get("manifests").is_some() {
            INDEX_TYPE
        } else {
            MANIFEST_TYPE
        };
        Ok(given.unwrap_or(guessed).to_owned())
    }
}

/// The tag that cosign keeps a manifest's signatures under.
///
/// # Errors
/// None: a digest makes a tag.
pub(crate) fn signature_tag(digest: &Digest) -> anyhow::Result<Version> {
    let tag: Tag = format!("sha256-{}.sig", digest.hex()).parse()?;
    Ok(Version::Tag(tag))
}

/// The tag that cosign keeps signed statements about a manifest under.
///
/// # Errors
/// None: a digest makes a tag.
pub(crate) fn statements_tag(digest: &Digest) -> anyhow::Result<Version> {
    let tag: Tag = format!("sha256-{}.att", digest.hex()).parse()?;
    Ok(Version::Tag(tag))
}

/// The tag under which registries without the referrers interface keep its index (OCI distribution 1.1, "referrers tag schema").
pub(super) fn referrers_tag(digest: &Digest) -> anyhow::Result<Version> {
    let tag: Tag = format!("sha256-{}", digest.hex()).parse()?;
    Ok(Version::Tag(tag))
}
