use serde::Serialize;
use wasmtime::component::{ComponentType, Lift};

/// A page of tags.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(record)]
#[serde(rename_all = "kebab-case")]
pub struct Tags {
    /// The tags of this page, each well-formed and there once.
    pub items: Vec<String>,
    /// Where the next page starts; nothing at the end.
    pub next: Option<String>,
}

/// A key with its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(record)]
#[serde(rename_all = "kebab-case")]
pub struct Label {
    /// For example `org.opencontainers.image.revision`.
    pub key: String,
    /// Its value.
    pub value: String,
}

/// What a reference names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(record)]
#[serde(rename_all = "kebab-case")]
pub struct Image {
    /// Digest of the manifest or index; well-formed.
    pub digest: String,
    /// Media type of the manifest or index.
    #[component(name = "media-type")]
    pub media_type: String,
    /// When it was made, RFC 3339.
    pub created: Option<String>,
    /// Platforms as `os/architecture` or `os/architecture/variant`.
    pub platforms: Vec<String>,
    /// Labels of the image's configuration and annotations of its manifest or index.
    pub labels: Vec<Label>,
}

/// A manifest whose subject is another one (OCI distribution 1.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(record)]
#[serde(rename_all = "kebab-case")]
pub struct Referrer {
    /// Its digest; well-formed.
    pub digest: String,
    /// Its media type.
    #[component(name = "media-type")]
    pub media_type: String,
    /// What it is, for example `application/vnd.dev.sigstore.bundle.v0.3+json`.
    #[component(name = "artifact-type")]
    pub artifact_type: Option<String>,
    /// Size in bytes.
    pub size: u64,
    /// Its annotations.
    pub annotations: Vec<Label>,
}

/// A page of referrers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(record)]
#[serde(rename_all = "kebab-case")]
pub struct Referrers {
    /// The referrers of this page.
    pub items: Vec<Referrer>,
    /// Where the next page starts; nothing at the end.
    pub next: Option<String>,
}
