//! Tests on a whole cluster, with the operator that `cargo xtask install` installed with Helm from an image built here.
//!
//! Each test has a namespace and host names of its own, so they run beside each other; a test that disturbs the operator
//! or the registry waits until it is alone ([`support::Place::alone`]).

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "what cannot be arranged fails the test; helpers are not marked as tests"
)]

mod crash;
mod endpoints;
mod first_plugin;
mod registry;
mod release;
mod restricted;
mod rights;
mod shop;
mod spec;
mod support;
mod trouble;
mod tunnel;
mod update;
