//! What is known to be at the forge, and who acts there past the plugin.

use std::collections::BTreeMap;
use std::sync::Arc;

use maquette_host::kinds::source::{Access, Hint, Outcome, Trust, Webhook};
use serde::Deserialize;

/// A change request that is there.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct KnownChange {
    /// The forge's identifier.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Where people read it.
    pub url: String,
    /// Login of its author.
    pub author: String,
    /// Branch that it comes from.
    pub head_branch: String,
    /// Commit at the tip of it.
    pub head_sha: String,
    /// Ref of the repository that has this commit.
    pub head_ref: String,
    /// The repository of that branch, if it is another one that still exists.
    #[serde(default)]
    pub head_repository: Option<String>,
    /// Who can have written the commit.
    pub trust: Trust,
    /// Branch that it shall go into.
    pub base_branch: String,
    /// Labels.
    #[serde(default)]
    pub labels: Vec<String>,
    /// Whether it is a draft.
    #[serde(default)]
    pub draft: bool,
}

/// A webhook as the forge sends it, and what it hints at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownWebhook {
    /// One about a change, signed.
    pub signed: Webhook,
    /// Name of the header with the signature, in lower case.
    pub signature: String,
    /// What it hints at.
    pub hint: Hint,
    /// Another one that is of no interest, signed.
    pub of_no_interest: Webhook,
}

/// A status as it is at the forge.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct KnownStatus {
    /// Its name.
    pub name: String,
    /// How it is going.
    pub outcome: Outcome,
    /// What it says.
    pub description: String,
    /// Where to read more.
    #[serde(default)]
    pub url: Option<String>,
}

/// A deployment as it is at the forge, with the last that was said of it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct KnownDeployment {
    /// Name of the environment.
    pub environment: String,
    /// Whether something still runs there, as far as the forge knows.
    pub active: bool,
    /// The progress of an active one.
    #[serde(default)]
    pub outcome: Option<Outcome>,
    /// Where it runs.
    #[serde(default)]
    pub url: Option<String>,
    /// Where its log is.
    #[serde(default)]
    pub log_url: Option<String>,
}

/// A comment as it is at the forge.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct KnownComment {
    /// The forge's identifier.
    pub id: String,
    /// Whether the plugin's credential is its author.
    pub ours: bool,
    /// Its source, with what is hidden.
    pub body: String,
}

/// Somebody at the forge past the plugin. May block. Errors are sentences for the report.
pub trait ForgeHand: Send + Sync {
    /// Gives a branch another commit; gives its full object name.
    ///
    /// # Errors
    /// Why it cannot be done.
    fn push(&self, repository: &str, branch: &str) -> Result<String, String>;

    /// The statuses of a commit, of every name the one that counts.
    ///
    /// # Errors
    /// Why they cannot be read.
    fn statuses(&self, repository: &str, sha: &str) -> Result<Vec<KnownStatus>, String>;

    /// The deployments of a commit.
    ///
    /// # Errors
    /// Why they cannot be read.
    fn deployments(&self, repository: &str, sha: &str) -> Result<Vec<KnownDeployment>, String>;

    /// All comments of a change.
    ///
    /// # Errors
    /// Why they cannot be read.
    fn comments(&self, repository: &str, change: &str) -> Result<Vec<KnownComment>, String>;

    /// Writes a comment as somebody else than the plugin's credential.
    ///
    /// # Errors
    /// Why it cannot be done.
    fn comment(&self, repository: &str, change: &str, body: &str) -> Result<(), String>;
}

/// What the rules of `source` work on. The repository is one for tests: statuses, deployments and the comments of
/// somebody else stay in it.
#[derive(Clone)]
pub struct SourceTarget {
    /// The repository, as the forge writes it.
    pub repository: String,
    /// All open change requests, the newest first: more than one page, drafts among them, with several labels and
    /// branches, some of which users without the permission to push wrote.
    pub open: Vec<KnownChange>,
    /// One that is closed.
    pub closed: KnownChange,
    /// All branches, with their commits, but the one that may be moved.
    pub branches: BTreeMap<String, String>,
    /// All tags, with the object names that they stand for.
    pub tags: BTreeMap<String, String>,
    /// Logins with their permissions.
    pub permissions: BTreeMap<String, Access>,
    /// Which of the branches may be given another commit.
    pub moving: Option<String>,
    /// How many comments are more than one page.
    pub many: usize,
    /// A webhook.
    pub webhook: Option<KnownWebhook>,
    /// Acts at the forge past the plugin.
    pub hand: Option<Arc<dyn ForgeHand>>,
}
