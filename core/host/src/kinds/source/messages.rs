use serde::{Deserialize, Serialize};
use wasmtime::component::{ComponentType, Lift, Lower};

/// The progress of a deployment or a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(enum)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum Outcome {
    /// It waits.
    #[component(name = "pending")]
    Pending,
    /// It is in progress.
    #[component(name = "running")]
    Running,
    /// It succeeded.
    #[component(name = "success")]
    Success,
    /// It failed, through the author's fault.
    #[component(name = "failure")]
    Failure,
    /// It failed, through ours.
    #[component(name = "error")]
    Error,
    /// It was stopped, because a newer commit replaced it.
    #[component(name = "cancelled")]
    Cancelled,
}

/// The commit that a message is about.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(record)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Subject {
    /// Full object name of the commit.
    pub sha: String,
    /// Identifier of the change, where it is about one. GitLab keeps a commit's status in the project that the change comes from.
    pub change: Option<String>,
    /// Ref of the commit, full: `refs/heads/main`. GitLab wants it.
    #[component(name = "ref")]
    #[serde(rename = "ref")]
    pub reference: String,
}

/// A status of a commit.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(record)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Status {
    /// Of which commit.
    pub of: Subject,
    /// Name of the status; one of each name is kept.
    pub name: String,
    /// Its progress.
    pub outcome: Outcome,
    /// At most 140 characters.
    pub description: String,
    /// URL with details.
    pub url: Option<String>,
}

/// A deployment of a commit.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(record)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Deployment {
    /// Of which commit.
    pub of: Subject,
    /// Name of the environment, for example `preview/pr-12`.
    pub environment: String,
    /// Whether the environment is deleted later.
    pub transient: bool,
    /// Whether users are in it.
    pub production: bool,
    /// Its progress.
    pub outcome: Outcome,
    /// At most 140 characters.
    pub description: String,
    /// URL of what runs.
    pub url: Option<String>,
    /// URL of its log.
    #[component(name = "log-url")]
    pub log_url: Option<String>,
    /// The result of `set-deployment` for this environment before.
    pub known: Option<String>,
}

/// A comment that is kept up to date.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(record)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Comment {
    /// Identifier of the change.
    pub change: String,
    /// Hidden in the comment; by it and its author the comment is found again. At most 100 characters.
    pub marker: String,
    /// Markdown, at most 60,000 characters.
    pub body: String,
    /// The identifier that `upsert-comment` gave before: a place to look first, and no proof.
    pub known: Option<String>,
}

/// Where a comment is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(record)]
#[serde(rename_all = "kebab-case")]
pub struct Place {
    /// The forge's identifier.
    pub id: String,
    /// URL for people.
    pub url: Option<String>,
}

/// A kind of event that a webhook tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(enum)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum Event {
    /// Change requests.
    #[component(name = "change")]
    Change,
    /// Branches and tags that were pushed.
    #[component(name = "push")]
    Push,
    /// Comments on change requests.
    #[component(name = "comment")]
    Comment,
}

/// A header of a webhook.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(record)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Header {
    /// Lower case.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// A webhook as it came in. For the call the credential with the provision `made` is that of the hook's URL.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(record)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Webhook {
    /// Its headers.
    #[serde(default)]
    pub headers: Vec<Header>,
    /// Its body, unchanged.
    #[serde(with = "crate::kinds::bytes")]
    pub body: Vec<u8>,
}

/// A message of a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ComponentType, Lift)]
#[component(record)]
#[serde(rename_all = "kebab-case")]
pub struct Remark {
    /// Identifier of the change.
    pub change: String,
    /// Login of its author.
    pub author: String,
    /// Its first 1,000 characters: data.
    pub text: String,
}

/// The event that a webhook tells of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ComponentType, Lift)]
#[component(variant)]
#[serde(rename_all = "kebab-case")]
pub enum Happening {
    /// An event of this change.
    #[component(name = "change")]
    Change(String),
    /// This ref was created, moved or deleted: `refs/heads/main`.
    #[component(name = "ref")]
    Ref(String),
    /// A user commented.
    #[component(name = "remark")]
    Remark(Remark),
    /// An event of the repository as a whole.
    #[component(name = "repository")]
    Repository,
}

/// The hint that a webhook gives. It is a reason to look and no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ComponentType, Lift)]
#[component(record)]
#[serde(rename_all = "kebab-case")]
pub struct Hint {
    /// The forge's identifier of the delivery, to see the same one only once.
    pub delivery: String,
    /// Repository as the forge writes it.
    pub repository: String,
    /// The event.
    pub what: Happening,
}
