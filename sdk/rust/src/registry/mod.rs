//! The interface `registry`. Tags and digests of images.
#![doc = include_str!("example.md")]

mod export;

pub use crate::raw::registry::exports::maquette::registry::registry::{
    Image, Label, Referrer, Referrers, Tags,
};

use crate::context::Context;
use crate::error::{Error, Result};
use crate::plugin::Plugin;

/// Reads image registries.
///
/// Each rule of the interface is written in `wit/registry/registry.wit`; the ones that are easy to miss:
/// * listings are read to their end, however the registry pages, and name every tag once;
/// * `resolve` gives the digest of the index where there is one;
/// * what does not exist is [`crate::Error::NotFound`], never an empty answer.
pub trait Registry: Plugin {
    /// Tags of a repository, page by page.
    ///
    /// # Errors
    /// What the provider answers, mapped to [`crate::Error`].
    fn list_tags(
        &self,
        ctx: &Context<Self::Config>,
        repository: &str,
        cursor: Option<&str>,
    ) -> Result<Tags>;

    /// What a tag or digest of a repository names.
    ///
    /// # Errors
    /// What the provider answers, mapped to [`crate::Error`].
    fn resolve(
        &self,
        ctx: &Context<Self::Config>,
        repository: &str,
        reference: &str,
    ) -> Result<Image>;

    /// What refers to a digest, by the referrers API or the tag that stands in for it.
    ///
    /// # Errors
    /// What the provider answers, mapped to [`crate::Error`].
    fn list_referrers(
        &self,
        ctx: &Context<Self::Config>,
        repository: &str,
        digest: &str,
        artifact_type: Option<&str>,
        cursor: Option<&str>,
    ) -> Result<Referrers> {
        let _ = (ctx, repository, digest, artifact_type, cursor);
        Err(unsupported("referrers"))
    }
}

fn unsupported(what: &str) -> Error {
    Error::Unsupported(format!("the plugin does not support {what}"))
}
