//! What is known to be in the registry.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Somebody who pushes to the registry past the plugin. May block.
pub trait Pusher: Send + Sync {
    /// Makes a tag name something else than before; gives the digest of what it names now.
    ///
    /// # Errors
    /// Why it cannot be done.
    fn move_tag(&self, repository: &str, tag: &str) -> Result<String, String>;
}

/// An image or index that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownImage {
    /// A tag that names it.
    pub tag: String,
    /// Digest of its manifest or index, as `sha256:…`.
    pub digest: String,
    /// Media type of its manifest or index.
    pub media_type: String,
    /// When it was made, RFC 3339, where the registry knows.
    pub created: Option<String>,
    /// Platforms as `os/architecture` or `os/architecture/variant`.
    pub platforms: BTreeSet<String>,
    /// Labels of the configuration, of the first platform of an index, and annotations; where both name a key, the
    /// annotation.
    pub labels: BTreeMap<String, String>,
}

/// What refers to the image.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct KnownReferrer {
    /// Its digest.
    pub digest: String,
    /// What it is.
    pub artifact_type: String,
}

/// What the rules of `registry` work on.
#[derive(Clone)]
pub struct RegistryTarget {
    /// A repository, with more tags than the registry puts into one page.
    pub repository: String,
    /// All of its tags.
    pub tags: BTreeSet<String>,
    /// An image in it, with labels.
    pub image: KnownImage,
    /// An index in it of several platforms, with an annotation of a key that the first platform has a label of. Nothing
    /// refers to it.
    pub index: KnownImage,
    /// All that refers to the image: of two types at least, and more than one page where the registry pages.
    pub referrers: BTreeSet<KnownReferrer>,
    /// A tag that may be moved, and who moves it. It is one of `tags`, and not that of `image` or `index`.
    pub moving: Option<(String, Arc<dyn Pusher>)>,
}
