//! The interface `source`. A git forge: changes (pull requests, merge requests, branches), and what is said to them.
#![doc = include_str!("example.md")]

mod export;

pub use crate::raw::source::exports::maquette::source::source::{
    Change, Changes, CloneAccess, CloneSecret, Comment, Deployment, Filter, Header, Hint, Outcome,
    ShortLived, Status, Webhook,
};

use crate::context::Context;
use crate::error::{Error, Result};
use crate::plugin::Plugin;

/// Speaks to a git forge.
///
/// Each rule of the interface is written in `wit/draft/source/source.wit`; the ones that are easy to miss:
/// * a filter that the forge cannot apply is applied by the plugin;
/// * saying the same twice writes once; a comment is found by its marker and its author;
/// * somebody else's comment with our marker is never changed;
/// * a webhook whose signature is missing or wrong is [`crate::Error::Unauthorized`], whatever it contains.
///
/// What a forge does not have may stay as it is: it answers [`crate::Error::Unsupported`].
pub trait Source: Plugin {
    /// Open changes of a repository, page by page.
    ///
    /// # Errors
    /// What the provider answers, mapped to [`crate::Error`].
    fn list_changes(
        &self,
        ctx: &Context<Self::Config>,
        repository: &str,
        filter: &Filter,
        cursor: Option<&str>,
    ) -> Result<Changes>;

    /// One change, open or not.
    ///
    /// # Errors
    /// What the provider answers, mapped to [`crate::Error`].
    fn get_change(&self, ctx: &Context<Self::Config>, repository: &str, id: &str)
    -> Result<Change>;

    /// The full object name that a branch, tag or abbreviated object name stands for.
    ///
    /// # Errors
    /// What the provider answers, mapped to [`crate::Error`].
    fn resolve(
        &self,
        ctx: &Context<Self::Config>,
        repository: &str,
        reference: &str,
    ) -> Result<String>;

    /// How to clone it.
    ///
    /// # Errors
    /// What the provider answers, mapped to [`crate::Error`].
    fn clone_credential(
        &self,
        ctx: &Context<Self::Config>,
        repository: &str,
    ) -> Result<CloneAccess>;

    /// Says how a commit is doing.
    ///
    /// # Errors
    /// What the provider answers, mapped to [`crate::Error`].
    fn set_status(
        &self,
        ctx: &Context<Self::Config>,
        repository: &str,
        status: &Status,
    ) -> Result<()> {
        let _ = (ctx, repository, status);
        Err(unsupported("statuses of commits"))
    }

    /// Says where a commit runs.
    ///
    /// # Errors
    /// What the provider answers, mapped to [`crate::Error`].
    fn set_deployment(
        &self,
        ctx: &Context<Self::Config>,
        repository: &str,
        deployment: &Deployment,
    ) -> Result<()> {
        let _ = (ctx, repository, deployment);
        Err(unsupported("deployments"))
    }

    /// Writes the comment, or changes it where it differs. Gives its identifier.
    ///
    /// # Errors
    /// What the provider answers, mapped to [`crate::Error`].
    fn upsert_comment(
        &self,
        ctx: &Context<Self::Config>,
        repository: &str,
        comment: &Comment,
    ) -> Result<String> {
        let _ = (ctx, repository, comment);
        Err(unsupported("comments"))
    }

    /// Removes the comment with this marker. What is absent is removed.
    ///
    /// # Errors
    /// What the provider answers, mapped to [`crate::Error`].
    fn delete_comment(
        &self,
        ctx: &Context<Self::Config>,
        repository: &str,
        change: &str,
        marker: &str,
    ) -> Result<()> {
        let _ = (ctx, repository, change, marker);
        Err(unsupported("comments"))
    }

    /// Checks the signature and reads the webhook. Nothing where it is of no interest.
    ///
    /// # Errors
    /// [`crate::Error::Unauthorized`] for a signature that is missing or wrong.
    fn parse_webhook(
        &self,
        ctx: &Context<Self::Config>,
        webhook: &Webhook,
    ) -> Result<Option<Hint>> {
        let _ = (ctx, webhook);
        Err(unsupported("webhooks"))
    }
}

fn unsupported(what: &str) -> Error {
    Error::Unsupported(format!("the plugin does not support {what}"))
}
