//! Signatures as cosign makes them with a key. Everything here is pure besides reading the key's file; `core/host` verifies
//! what is made here, and so does cosign.

mod artifact;
mod key;
mod pem;
mod simple;
mod statement;

pub(crate) use key::SigningKey;
pub(crate) use simple::{is_signed, payload, signatures};
pub(crate) use statement::Statements;
