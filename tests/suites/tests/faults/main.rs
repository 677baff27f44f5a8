//! Faults between the operator and what it talks to: whatever breaks, nothing is orphaned, doubled or lost.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what cannot be arranged fails the test; helpers are not marked as tests"
)]

mod api_answers;
mod api_server;
mod crashes;
mod drift;
mod figures;
mod hostile;
mod hostnames;
mod plugins;
mod providers;
mod replicas;
mod servers;
mod support;
mod workspaces;
