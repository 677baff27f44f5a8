//! Every plugin of this repository keeps every rule, at its real server. One file for each plugin.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod powerdns;
mod route53;
mod support;
