//! Plugins and registries that attack. Each test is one attack: it is stopped, by what its row of the table says, and
//! another provider of the same host goes on meanwhile. Outcomes are asserted, times and memory are only told:
//! `cargo xtask bench hostile` writes them into docs/security.md.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what cannot be arranged fails the test; helpers are not marked as tests"
)]

mod bombs;
/// What the host's own tests stand on.
#[path = "../../../../core/host/tests/host/support/mod.rs"]
#[allow(dead_code, reason = "the host's tests use all of it")]
mod common;
mod memory;
mod network;
mod processor;
mod registry;
mod stage;
mod table;
mod tenants;
mod text;
