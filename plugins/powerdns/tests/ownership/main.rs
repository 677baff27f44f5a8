//! The rules of `wit/dns/dns.wit` about who may change what, against a real server.

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

use serde_json::json;

fn unowned(name: &str, value: &str) -> serde_json::Value {
    json!({ "name": format!("{name}."), "type": "A", "ttl": 300, "changetype": "REPLACE", "records": [{ "content": value }] })
}
