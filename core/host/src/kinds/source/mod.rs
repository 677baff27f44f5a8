//! The interface `maquette:source/source`: a git forge, its changes, and the messages about them.

mod check;
mod client;
mod filter;
mod hooks;
mod messages;
mod secret;
mod types;

pub use client::Source;
pub use filter::Filter;
pub use hooks::Hook;
pub use messages::{
    Comment, Deployment, Event, Happening, Header, Hint, Outcome, Place, Remark, Status, Subject,
    Webhook,
};
pub use secret::HookSecret;
pub use types::{
    Access, Change, Changes, CloneAccess, CloneSecret, GitRef, Key, Login, Password, Paths,
    RefKind, Refs, Repository, State, Trust,
};

use super::Kind;

pub(crate) const KIND: Kind = Kind {
    interface: "maquette:source/source@0.0.1",
    functions: &[
        "describe-repository",
        "list-changes",
        "list-refs",
        "get-change",
        "changed-paths",
        "permission",
        "resolve",
        "read-file",
        "list-files",
        "clone-credential",
        "set-status",
        "set-deployment",
        "delete-deployment",
        "upsert-comment",
        "delete-comment",
        "ensure-webhook",
        "delete-webhook",
        "parse-webhook",
    ],
};
