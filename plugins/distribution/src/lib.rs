//! What registry plugins share: the reading half of the OCI distribution protocol 1.1
//! (<https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md>) with token authentication
//! (<https://distribution.github.io/distribution/spec/auth/token/>). Nothing here knows a vendor.
//!
//! | file | does |
//! |---|---|
//! | `names` | repositories, tags, digests: parsed once |
//! | `challenge` | what a registry asks a client to log in with; pure |
//! | `link` | where the next page is; pure |
//! | `document` | manifests, indexes and configurations; pure |
//! | `client` | the requests, with the login between them |
//! | `read` | the reading functions of the interface `registry` |

mod challenge;
mod client;
mod document;
mod link;
mod names;
mod read;

pub use client::{Client, LOGIN};
pub use document::platform;
pub use names::{Digest, Reference, RepositoryPath};
pub use read::{digest, list_referrers, list_tags, resolve};
