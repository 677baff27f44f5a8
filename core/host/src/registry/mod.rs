//! A pull client for one kind of artifact: small enough that every byte it reads is capped while it streams,
//! and that it is plain to see where a credential goes.

mod error;

pub use error::PullError;
