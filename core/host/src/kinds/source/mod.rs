//! The interface `maquette:source/source`: a git forge, its changes, and what is said to them.

mod client;
mod types;

pub use client::Source;
pub use types::{
    Change, Changes, CloneAccess, CloneSecret, Comment, Deployment, Filter, Header, Hint, Outcome,
    ShortLived, Status, Webhook,
};

use super::Kind;

pub(crate) const KIND: Kind = Kind {
    interface: "maquette:source/source@0.0.1",
    functions: &[
        "list-changes",
        "get-change",
        "resolve",
        "clone-credential",
        "set-status",
        "set-deployment",
        "upsert-comment",
        "delete-comment",
        "parse-webhook",
    ],
};
