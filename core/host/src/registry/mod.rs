//! A pull client for one kind of artifact: small enough that every byte it reads is capped while it streams,
//! and that it is plain to see where a credential goes. `auth`, `artifact` and `tags` decide and are pure;
//! `http`, `answer`, `login`, `pull` and `signatures` act.

mod answer;
mod artifact;
mod auth;
mod error;
mod http;
mod login;
mod pull;
mod signatures;
mod tags;

pub use error::PullError;
pub(crate) use http::Client;
pub(crate) use pull::Pull;
