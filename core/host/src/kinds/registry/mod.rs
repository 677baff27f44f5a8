//! The interface `maquette:registry/registry`: tags and digests of images. Not to be confused with the crate's own client
//! of the registries that hold plugins.

mod client;
mod types;

pub use client::Registry;
pub use types::{Action, Image, Login, Referrer, Referrers, Secret, Tag, Tags};

use super::Kind;

pub(crate) const KIND: Kind = Kind {
    interface: "maquette:registry/registry@0.1.0",
    functions: &[
        "list-tags",
        "digest",
        "resolve",
        "list-referrers",
        "login-for",
        "ensure-repository",
        "delete-tag",
    ],
};
