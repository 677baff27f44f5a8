//! The rules of `wit/dns/dns.wit` about who may change what, against a real BIND 9.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod aliases;
mod drift;
mod marks;
#[path = "../support/mod.rs"]
mod support;

use maquette_plugin_testing::ownership::NAME;

fn stored_mark(kind: &str, owner: &str) -> String {
    format!("_mq-{kind}.{NAME}. 300 IN TXT \"maquette/v1 owner={owner}\"")
}
