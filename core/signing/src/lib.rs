//! Signatures of requests, which the host makes for plugins and a plugin's tests make for themselves: AWS Signature Version 4
//! ([`aws`]) and tokens ([`token`], RFC 7519). Everything is pure: there is no clock and no I/O.

pub mod aws;
mod key;
mod token;

pub use key::rsa_key;
pub use ring::rsa::KeyPair;
pub use token::{Claims, LIFETIME, token};
