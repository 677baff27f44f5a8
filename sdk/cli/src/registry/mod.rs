//! Everything about OCI registries: references, logins, the artifact's documents, reading and writing artifacts.
//! Nothing here knows what a plugin does.

mod artifact;
mod client;
mod login;
mod reference;
mod store;
mod stored;

pub(crate) use artifact::{Artifact, Created};
pub(crate) use client::Client;
pub(crate) use login::Login;
pub(crate) use reference::Target;
pub(crate) use stored::{Stored, signature_tag, statements_tag};
