use serde::{Deserialize, Serialize};
use wasmtime::component::{ComponentType, Lift, Lower};

use crate::kinds::shared::{Pair, ShortLived};

/// A tag, with the facts that the listing has of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(record)]
#[serde(rename_all = "kebab-case")]
pub struct Tag {
    /// Its name; well-formed.
    pub name: String,
    /// The digest that it stands for; well-formed.
    pub digest: Option<String>,
    /// When it was pushed, RFC 3339.
    pub pushed: Option<String>,
}

/// A page of tags.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(record)]
#[serde(rename_all = "kebab-case")]
pub struct Tags {
    /// The tags of this page, each well-formed and there once.
    pub items: Vec<Tag>,
    /// How many tags all pages have, where the registry counts them.
    pub total: Option<u64>,
    /// Where the next page starts; nothing at the end.
    pub next: Option<String>,
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
    pub labels: Vec<Pair>,
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
    pub annotations: Vec<Pair>,
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

/// The purpose of a login.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(enum)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum Action {
    /// Read.
    #[component(name = "pull")]
    Pull,
    /// Read and write.
    #[component(name = "push")]
    Push,
}

/// A password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(variant)]
#[serde(rename_all = "kebab-case")]
pub enum Secret {
    /// The Provider's credential of this name, which the manifest declares with the placement `connector`.
    #[component(name = "credential")]
    Credential(String),
    /// A token that the registry just issued for this.
    #[component(name = "token")]
    Token(ShortLived),
}

/// The login of a client of the registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(record)]
#[serde(rename_all = "kebab-case")]
pub struct Login {
    /// `HOST[:PORT]`.
    pub host: String,
    /// User name.
    pub username: String,
    /// Its password.
    pub secret: Secret,
}
