use serde::{Deserialize, Serialize};
use wasmtime::component::{ComponentType, Lift, Lower};

use crate::kinds::shared::ShortLived;

/// A repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(record)]
#[serde(rename_all = "kebab-case")]
pub struct Repository {
    /// As the forge writes it, for example `group/project`: the one name for every other spelling of it.
    pub name: String,
    /// Branch that changes go into by default.
    #[component(name = "default-branch")]
    pub default_branch: String,
    /// URL for people.
    pub url: String,
    /// Whether it needs a login to read it.
    pub private: bool,
    /// Whether nothing can be written to it any more.
    pub archived: bool,
}

/// The permissions of a user in a repository, the fewest first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ComponentType, Lift,
)]
#[component(enum)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum Access {
    /// None, or those of everybody.
    #[component(name = "none")]
    None,
    /// Read.
    #[component(name = "read")]
    Read,
    /// Push.
    #[component(name = "write")]
    Write,
    /// Everything.
    #[component(name = "admin")]
    Admin,
}

/// Who can have written a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ComponentType, Lift)]
#[component(enum)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum Trust {
    /// Only users who may push to the repository.
    #[component(name = "writer")]
    Writer,
    /// Anybody: the commit comes from a fork, from a deleted fork, from a push that needs no permission (AGit), or its origin is
    /// not known.
    #[component(name = "anybody")]
    Anybody,
}

/// The state of a change request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ComponentType, Lift)]
#[component(enum)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum State {
    /// Open.
    #[component(name = "open")]
    Open,
    /// Its commits are in the base branch.
    #[component(name = "merged")]
    Merged,
    /// Closed without that.
    #[component(name = "closed")]
    Closed,
}

/// One change request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(record)]
#[serde(rename_all = "kebab-case")]
pub struct Change {
    /// The forge's number.
    pub id: String,
    /// Its title.
    pub title: String,
    /// URL for people.
    pub url: String,
    /// Login of its author.
    pub author: String,
    /// The author's permissions here, where the listing has them.
    #[component(name = "author-access")]
    pub author_access: Option<Access>,
    /// Branch that it comes from; may be empty (AGit).
    #[component(name = "head-branch")]
    pub head_branch: String,
    /// Commit at the tip of it: a full object name.
    #[component(name = "head-sha")]
    pub head_sha: String,
    /// Ref of this repository that has this commit, for example `refs/pull/7/head` or `refs/merge-requests/7/head`:
    /// with it a clone needs no access to a fork.
    #[component(name = "head-ref")]
    pub head_ref: String,
    /// Repository that it comes from, as the forge writes it, if that is another one that still exists.
    #[component(name = "head-repository")]
    pub head_repository: Option<String>,
    /// Who can have written the commit.
    pub trust: Trust,
    /// Branch that it goes into.
    #[component(name = "base-branch")]
    pub base_branch: String,
    /// Commit at the tip of that branch, where the listing has it.
    #[component(name = "base-sha")]
    pub base_sha: Option<String>,
    /// Labels.
    pub labels: Vec<String>,
    /// Whether it is a draft.
    pub draft: bool,
    /// Its state.
    pub state: State,
    /// When anything about it last changed, comments included: RFC 3339.
    pub updated: Option<String>,
}

/// A page of changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(record)]
#[serde(rename_all = "kebab-case")]
pub struct Changes {
    /// The changes of this page.
    pub items: Vec<Change>,
    /// Where the next page starts; nothing at the end.
    pub next: Option<String>,
}

/// The kind of a ref.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(enum)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum RefKind {
    /// `refs/heads/`.
    #[component(name = "branch")]
    Branch,
    /// `refs/tags/`.
    #[component(name = "tag")]
    Tag,
}

/// A branch or a tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(record)]
#[serde(rename_all = "kebab-case")]
pub struct GitRef {
    /// Its name, without `refs/heads/` or `refs/tags/`.
    pub name: String,
    /// The commit that it stands for: a full object name.
    pub sha: String,
    /// When that was committed, RFC 3339, where the listing has it.
    pub committed: Option<String>,
}

/// A page of branches or tags.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(record)]
#[serde(rename_all = "kebab-case")]
pub struct Refs {
    /// Those of this page.
    pub items: Vec<GitRef>,
    /// Where the next page starts; nothing at the end.
    pub next: Option<String>,
}

/// A page of paths.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(record)]
#[serde(rename_all = "kebab-case")]
pub struct Paths {
    /// Relative to the repository; both paths of a renamed file.
    pub items: Vec<String>,
    /// Where the next page starts; nothing at the end.
    pub next: Option<String>,
    /// Whether the forge leaves some out (GitHub: more than 3,000; GitLab: its diff limits). The host then takes all as changed.
    pub truncated: bool,
}

/// The login of a clone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(variant)]
#[serde(rename_all = "kebab-case")]
pub enum Login {
    /// User and password over https.
    #[component(name = "password")]
    Password(Password),
    /// A key over ssh.
    #[component(name = "key")]
    Key(Key),
    /// None: everybody may read.
    #[component(name = "anonymous")]
    Anonymous,
}

/// User and password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(record)]
#[serde(rename_all = "kebab-case")]
pub struct Password {
    /// User name, for example `x-access-token`, `oauth2`, or that of a deploy token.
    pub username: String,
    /// Its password.
    pub secret: CloneSecret,
}

/// A password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(variant)]
#[serde(rename_all = "kebab-case")]
pub enum CloneSecret {
    /// The credential of this name, which the manifest declares with the placement `connector`; the plugin does not
    /// hold it. A credential of another placement never leaves the host this way.
    #[component(name = "credential")]
    Credential(String),
    /// A token that the forge just issued for this.
    #[component(name = "token")]
    Token(ShortLived),
}

/// A key for ssh.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(record)]
#[serde(rename_all = "kebab-case")]
pub struct Key {
    /// The credential of this name, declared with the placement `connector`: a private key in OpenSSH's form.
    pub credential: String,
    /// Lines of `known_hosts`; without any the host refuses.
    #[component(name = "known-hosts")]
    pub known_hosts: Vec<String>,
}

/// How to clone a repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(record)]
#[serde(rename_all = "kebab-case")]
pub struct CloneAccess {
    /// URL: `https://`, `ssh://`, or `http://` with an anonymous login to a host that the Provider grants.
    pub url: String,
    /// Its login.
    pub login: Login,
    /// Which of the other repositories the login is valid for.
    pub also: Vec<String>,
}

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
