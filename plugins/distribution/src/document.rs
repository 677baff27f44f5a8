//! Manifests, indexes and configurations (OCI image specification 1.1; Docker image manifest v2, schema 2).

use std::collections::BTreeMap;

use maquette_sdk::registry::{Pair, Referrer};
use serde::Deserialize;

/// What a client says that it understands.
pub(crate) const ACCEPT: &str = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, \
     application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json";

/// A manifest or an index: the fields of both.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Document {
    #[serde(default)]
    pub(crate) media_type: Option<String>,
    #[serde(default)]
    pub(crate) config: Option<Descriptor>,
    #[serde(default)]
    pub(crate) manifests: Vec<Descriptor>,
    #[serde(default)]
    pub(crate) annotations: BTreeMap<String, String>,
}

/// Something else in the registry.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Descriptor {
    pub(crate) media_type: String,
    pub(crate) digest: String,
    #[serde(default)]
    pub(crate) size: u64,
    #[serde(default)]
    pub(crate) artifact_type: Option<String>,
    #[serde(default)]
    pub(crate) annotations: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) platform: Option<Platform>,
}

/// What an image runs on.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Platform {
    #[serde(default)]
    pub(crate) os: String,
    #[serde(default)]
    pub(crate) architecture: String,
    #[serde(default)]
    pub(crate) variant: Option<String>,
}

/// An image's configuration.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Configuration {
    #[serde(default)]
    pub(crate) created: Option<String>,
    #[serde(flatten)]
    pub(crate) platform: Option<Platform>,
    #[serde(default)]
    pub(crate) config: Option<Inner>,
}

/// The part of the configuration that a container gets.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Inner {
    #[serde(default, rename = "Labels")]
    pub(crate) labels: Option<BTreeMap<String, String>>,
}

impl Descriptor {
    /// Whether it is something that runs: builders hang attestations into an index as `unknown/unknown`.
    pub(crate) fn runs(&self) -> bool {
        self.platform
            .as_ref()
            .is_some_and(|platform| platform.os != "unknown" && !platform.os.is_empty())
    }
}

/// A platform as `os/architecture` or `os/architecture/variant`.
pub fn platform(os: &str, architecture: &str, variant: Option<&str>) -> String {
    match variant.filter(|variant| !variant.is_empty()) {
        Some(variant) => format!("{os}/{architecture}/{variant}"),
        None => format!("{os}/{architecture}"),
    }
}

impl Platform {
    pub(crate) fn text(&self) -> String {
        platform(&self.os, &self.architecture, self.variant.as_deref())
    }
}

pub(crate) fn labels(map: BTreeMap<String, String>) -> Vec<Pair> {
    map.into_iter()
        .map(|(name, value)| Pair { name, value })
        .collect()
}

impl From<Descriptor> for Referrer {
    fn from(descriptor: Descriptor) -> Self {
        Self {
            digest: descriptor.digest,
            media_type: descriptor.media_type,
            artifact_type: descriptor.artifact_type,
            size: descriptor.size,
            annotations: labels(descriptor.annotations),
        }
    }
}
