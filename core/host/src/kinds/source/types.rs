use std::fmt;

use serde::{Deserialize, Serialize};
use wasmtime::component::{ComponentType, Lift, Lower};

/// Which changes are wanted. Empty lists allow everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(record)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Filter {
    /// Labels of which a change carries at least one.
    #[serde(default)]
    pub labels: Vec<String>,
    /// Branches that it shall go into, as globs.
    #[component(name = "base-branches")]
    #[serde(default)]
    pub base_branches: Vec<String>,
    /// Branches that it comes from, as globs.
    #[component(name = "head-branches")]
    #[serde(default)]
    pub head_branches: Vec<String>,
    /// Whether drafts count.
    #[serde(default)]
    pub drafts: bool,
    /// Whether branches without a change request count, each as a change of its own.
    #[serde(default)]
    pub branches: bool,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(record)]
#[serde(rename_all = "kebab-case")]
pub struct Change {
    /// The forge's identifier: a number for a change request, `branch/<name>` for a branch.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Where people read it.
    pub url: String,
    /// Login of its author.
    pub author: String,
    /// Branch that it comes from.
    #[component(name = "head-branch")]
    pub head_branch: String,
    /// Commit at the tip of it: a full object name.
    #[component(name = "head-sha")]
    pub head_sha: String,
    /// Where that branch is, where this is another repository: a clone URL.
    #[component(name = "head-repository")]
    pub head_repository: Option<String>,
    /// Branch that it shall go into.
    #[component(name = "base-branch")]
    pub base_branch: String,
    /// Labels.
    pub labels: Vec<String>,
    /// Whether it is a draft.
    pub draft: bool,
    /// Whether it is still open.
    pub open: bool,
    /// When it last changed, RFC 3339.
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

/// What a clone logs in with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(variant)]
#[serde(rename_all = "kebab-case")]
pub enum CloneSecret {
    /// The credential of this name, which the manifest declares with the placement `connector`; the plugin does not
    /// hold it. A credential of another placement never leaves the host this way.
    #[component(name = "credential")]
    Credential(String),
    /// A token that the forge just made for this.
    #[component(name = "token")]
    Token(ShortLived),
    /// Nothing: everybody may read.
    #[component(name = "anonymous")]
    Anonymous,
}

/// A token that ends by itself. `Debug` and JSON do not show it.
#[derive(Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(record)]
#[serde(rename_all = "kebab-case")]
pub struct ShortLived {
    /// The token: hidden in `Debug` and left out of JSON.
    #[serde(skip)]
    pub value: String,
    /// When it ends, RFC 3339.
    pub expires: String,
}

impl fmt::Debug for ShortLived {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ShortLived")
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

/// How to clone a repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(record)]
#[serde(rename_all = "kebab-case")]
pub struct CloneAccess {
    /// URL over https.
    pub url: String,
    /// User name for it.
    pub username: Option<String>,
    /// Its password.
    pub secret: CloneSecret,
}

/// How something is going.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(enum)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum Outcome {
    /// Waits.
    #[component(name = "pending")]
    Pending,
    /// Is being done.
    #[component(name = "running")]
    Running,
    /// Is done.
    #[component(name = "success")]
    Success,
    /// Is not done, through the author's fault.
    #[component(name = "failure")]
    Failure,
    /// Is not done, through ours.
    #[component(name = "error")]
    Error,
    /// Is gone.
    #[component(name = "inactive")]
    Inactive,
}

/// A status of a commit.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(record)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Status {
    /// Full object name of the commit.
    pub sha: String,
    /// Name of the status; one of each name is kept.
    pub name: String,
    /// How it is going.
    pub outcome: Outcome,
    /// At most 140 characters.
    pub description: String,
    /// Where to read more.
    pub url: Option<String>,
}

/// A deployment of a commit.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(record)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Deployment {
    /// Full object name of the commit.
    pub sha: String,
    /// Name of the environment, for example `preview/pr-12`.
    pub environment: String,
    /// How it is going.
    pub outcome: Outcome,
    /// Where it runs.
    pub url: Option<String>,
    /// Where its log is.
    #[component(name = "log-url")]
    pub log_url: Option<String>,
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
    /// Markdown.
    pub body: String,
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

/// A webhook as it came in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ComponentType, Lower)]
#[component(record)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Webhook {
    /// Its headers.
    #[serde(default)]
    pub headers: Vec<Header>,
    /// Its body, unchanged; in JSON base64.
    #[serde(with = "crate::kinds::bytes")]
    pub body: Vec<u8>,
}

/// What a webhook hints at. It is a reason to look and no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(record)]
#[serde(rename_all = "kebab-case")]
pub struct Hint {
    /// The forge's identifier of the delivery, to see the same one only once.
    pub delivery: String,
    /// Repository as the forge writes it.
    pub repository: String,
    /// The change, where it is about one.
    pub change: Option<String>,
}
