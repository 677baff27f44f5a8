//! Plugins and registries that attack. Each test is one attack: it is stopped, by what its row of the table says, and
//! another provider of the same host goes on meanwhile. Outcomes are asserted, times and memory are only told:
//! `cargo xtask bench hostile` writes them into docs/security.md.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::large_futures,
    reason = "what cannot be arranged fails the test; helpers are not marked as tests"
)]

mod bombs;
/// What the host's own tests stand on.
#[path = "../../../../core/host/tests/host/support/mod.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    clippy::cast_possible_truncation,
    clippy::duration_suboptimal_units,
    clippy::format_push_string,
    reason = "the host's tests use all of it, as a crate of its own"
)]
mod common;
mod memory;
mod names;
mod network;
mod processor;
mod registry;
mod stage;
mod table;
mod tenants;
mod text;
mod trust;
mod versions;
