//! Faults between the operator and what it talks to: whatever breaks, nothing is orphaned, doubled or lost.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what cannot be arranged fails the test; helpers are not marked as tests"
)]

/// Signers, which the host's own tests have too.
#[path = "../../../../core/host/tests/host/support/mod.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    clippy::cast_possible_truncation,
    clippy::duration_suboptimal_units,
    clippy::format_push_string,
    reason = "the host's tests use all of it, as a crate of its own"
)]
mod host;

mod api_answers;
mod api_server;
mod cloudflare;
mod components;
mod crashes;
mod drift;
mod figures;
mod half_open;
mod hostile;
mod hostnames;
mod moves;
mod plugins;
mod providers;
mod replicas;
mod servers;
mod support;
mod trust;
mod tunnels;
mod workspaces;
