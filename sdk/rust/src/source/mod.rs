//! The interface `source`. A git forge: changes (pull requests, merge requests), branches and tags, and the messages about them.
#![doc = include_str!("example.md")]

mod app_token;
pub mod comments;
mod export;
mod make;

pub use app_token::app_token;

pub use crate::raw::base::maquette::plugin::types::ShortLived;
pub use crate::raw::source::exports::maquette::source::source::{
    Access, Change, Changes, CloneAccess, CloneSecret, Comment, Deployment, Event, Filter, GitRef,
    Happening, Header, Hint, Hook, Key, Login, Outcome, Password, Paths, Place, RefKind, Refs,
    Remark, Repository, State, Status, Subject, Trust, Webhook,
};

use crate::context::Context;
use crate::error::{Error, Result};
use crate::plugin::Plugin;

/// Speaks to a git forge.
///
/// Each rule of the interface is written in `wit/draft/source/source.wit`; the ones that are easy to miss:
/// * [`Trust::Writer`] only if the commit can come from nobody without the permission to push;
/// * the same status or comment again writes nothing; a comment is found by its marker and its author;
/// * a comment of another author is never changed, even with our marker;
/// * a webhook whose signature is missing or wrong is [`crate::Error::Unauthorized`], whatever it contains.
///
/// A function that the forge does not have may stay as it is: it answers [`crate::Error::Unsupported`]. Name it in
/// [`Plugin::lacks`].
pub trait Source: Plugin {
    /// The repository, whatever the spelling of its name.
    ///
    /// # Errors
    /// What the provider answers, mapped to [`crate::Error`].
    fn describe_repository(
        &self,
        ctx: &Context<Self::Config>,
        repository: &str,
    ) -> Result<Repository> {
        let _ = (ctx, repository);
        Err(unsupported("descriptions of repositories"))
    }

    /// Open changes of a repository, page by page. The host filters: the filter is a hint that may spare requests.
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

    /// Branches or tags of a repository, page by page.
    ///
    /// # Errors
    /// What the provider answers, mapped to [`crate::Error`].
    fn list_refs(
        &self,
        ctx: &Context<Self::Config>,
        repository: &str,
        kind: RefKind,
        cursor: Option<&str>,
    ) -> Result<Refs> {
        let _ = (ctx, repository, kind, cursor);
        Err(unsupported("listings of branches and tags"))
    }

    /// One change, open or not.
    ///
    /// # Errors
    /// What the provider answers, mapped to [`crate::Error`].
    fn get_change(&self, ctx: &Context<Self::Config>, repository: &str, id: &str)
    -> Result<Change>;

    /// Files that differ between the change's head and its merge base.
    ///
    /// # Errors
    /// What the provider answers, mapped to [`crate::Error`].
    fn changed_paths(
        &self,
        ctx: &Context<Self::Config>,
        repository: &str,
        id: &str,
        cursor: Option<&str>,
    ) -> Result<Paths> {
        let _ = (ctx, repository, id, cursor);
        Err(unsupported("changed files"))
    }

    /// The permissions of a user in the repository.
    ///
    /// # Errors
    /// What the provider answers, mapped to [`crate::Error`].
    fn permission(
        &self,
        ctx: &Context<Self::Config>,
        repository: &str,
        login: &str,
    ) -> Result<Access> {
        let _ = (ctx, repository, login);
        Err(unsupported("permissions of users"))
    }

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

    /// A file at a commit. One with more octets than `at_most` is [`Error::Invalid`] with `path`.
    ///
    /// # Errors
    /// What the provider answers, mapped to [`crate::Error`].
    fn read_file(
        &self,
        ctx: &Context<Self::Config>,
        repository: &str,
        revision: &str,
        path: &str,
        at_most: u32,
    ) -> Result<Vec<u8>> {
        let _ = (ctx, repository, revision, path, at_most);
        Err(unsupported("files"))
    }

    /// Paths of the files in a folder at a commit, including those in its folders.
    ///
    /// # Errors
    /// What the provider answers, mapped to [`crate::Error`].
    fn list_files(
        &self,
        ctx: &Context<Self::Config>,
        repository: &str,
        revision: &str,
        folder: &str,
        cursor: Option<&str>,
    ) -> Result<Paths> {
        let _ = (ctx, repository, revision, folder, cursor);
        Err(unsupported("listings of files"))
    }

    /// How to clone it, and with the same login these others.
    ///
    /// # Errors
    /// What the provider answers, mapped to [`crate::Error`].
    fn clone_credential(
        &self,
        ctx: &Context<Self::Config>,
        repository: &str,
        others: &[String],
    ) -> Result<CloneAccess>;

    /// Reports the status of a commit.
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

    /// Reports the deployment of a commit. Gives the forge's identifier of it.
    ///
    /// # Errors
    /// What the provider answers, mapped to [`crate::Error`].
    fn set_deployment(
        &self,
        ctx: &Context<Self::Config>,
        repository: &str,
        deployment: &Deployment,
    ) -> Result<String> {
        let _ = (ctx, repository, deployment);
        Err(unsupported("deployments"))
    }

    /// Reports that nothing runs in the environment any more, and deletes it where the forge allows that.
    ///
    /// # Errors
    /// What the provider answers, mapped to [`crate::Error`].
    fn delete_deployment(
        &self,
        ctx: &Context<Self::Config>,
        repository: &str,
        environment: &str,
        known: Option<&str>,
    ) -> Result<()> {
        let _ = (ctx, repository, environment, known);
        Err(unsupported("deployments"))
    }

    /// Writes the comment, or changes it if it differs: see [`comments`].
    ///
    /// # Errors
    /// What the provider answers, mapped to [`crate::Error`].
    fn upsert_comment(
        &self,
        ctx: &Context<Self::Config>,
        repository: &str,
        comment: &Comment,
    ) -> Result<Place> {
        let _ = (ctx, repository, comment);
        Err(unsupported("comments"))
    }

    /// Deletes the comment with this marker: see [`comments`].
    ///
    /// # Errors
    /// What the provider answers, mapped to [`crate::Error`].
    fn delete_comment(
        &self,
        ctx: &Context<Self::Config>,
        repository: &str,
        change: &str,
        marker: &str,
        known: Option<&str>,
    ) -> Result<()> {
        let _ = (ctx, repository, change, marker, known);
        Err(unsupported("comments"))
    }

    /// Creates the webhook, or updates the one with this URL. Gives its identifier.
    ///
    /// # Errors
    /// What the provider answers, mapped to [`crate::Error`].
    fn ensure_webhook(
        &self,
        ctx: &Context<Self::Config>,
        repository: &str,
        hook: &Hook,
    ) -> Result<String> {
        let _ = (ctx, repository, hook);
        Err(unsupported("webhooks that it creates"))
    }

    /// Deletes the webhook with this URL.
    ///
    /// # Errors
    /// What the provider answers, mapped to [`crate::Error`].
    fn delete_webhook(
        &self,
        ctx: &Context<Self::Config>,
        repository: &str,
        url: &str,
    ) -> Result<()> {
        let _ = (ctx, repository, url);
        Err(unsupported("webhooks that it creates"))
    }

    /// Checks the signature and reads the webhook. Nothing if it is of no interest.
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
