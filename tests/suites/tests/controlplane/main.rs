//! Tests that need a real API server and no nodes.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what cannot be arranged fails the test; helpers are not marked as tests"
)]

mod chart;
mod manifests;
