//! The interface `registry`. Tags and digests of images.
#![doc = include_str!("example.md")]

mod export;

pub use crate::raw::base::maquette::plugin::types::{Pair, ShortLived};
pub use crate::raw::registry::exports::maquette::registry::registry::{
    Action, Image, Login, Referrer, Referrers, Secret, Tag, Tags,
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

    /// The digest that a tag stands for, without a pull: one HEAD request. By default [`Self::resolve`] is asked.
    ///
    /// # Errors
    /// What the provider answers, mapped to [`crate::Error`].
    fn digest(&self, ctx: &Context<Self::Config>, repository: &str, tag: &str) -> Result<String> {
        Ok(self.resolve(ctx, repository, tag)?.digest)
    }

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

    /// The login for builds and kubelets; nothing where none is needed.
    ///
    /// # Errors
    /// What the provider answers, mapped to [`crate::Error`].
    fn login_for(
        &self,
        ctx: &Context<Self::Config>,
        repository: &str,
        action: Action,
    ) -> Result<Option<Login>> {
        let _ = (ctx, repository, action);
        Err(unsupported("logins for other clients"))
    }

    /// Creates the repository where the registry needs that before a push; by default none is needed.
    ///
    /// # Errors
    /// What the provider answers, mapped to [`crate::Error`].
    fn ensure_repository(&self, ctx: &Context<Self::Config>, repository: &str) -> Result<()> {
        let _ = (ctx, repository);
        Ok(())
    }

    /// Deletes the tag if it still stands for this digest.
    ///
    /// # Errors
    /// [`crate::Error::Conflict`] for another digest, and what the provider answers.
    fn delete_tag(
        &self,
        ctx: &Context<Self::Config>,
        repository: &str,
        tag: &str,
        expect: &str,
    ) -> Result<()> {
        let _ = (ctx, repository, tag, expect);
        Err(unsupported("the deletion of tags"))
    }
}

fn unsupported(what: &str) -> Error {
    Error::Unsupported(format!("the plugin does not support {what}"))
}

impl Tag {
    /// A tag of which the listing has nothing but the name.
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            digest: None,
            pushed: None,
        }
    }
}
