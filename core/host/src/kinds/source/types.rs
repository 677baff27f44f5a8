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
    /// Anybody: the commit comes from a fork, from a deleted fork, from a push that needs no permission (`AGit`), or its origin is
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
    /// Branch that it comes from; may be empty (`AGit`).
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
