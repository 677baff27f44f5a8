//! The `maquette` command as its users run it: with the real cargo, a real registry, and the PowerDNS plugin in the
//! real sandbox against a real PowerDNS server.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod beside;
mod build;
mod check;
mod confinement;
mod conformance;
mod keyless;
mod new;
mod recording;
mod records;
mod registry;
#[path = "../../../../core/host/tests/host/support/signing.rs"]
#[allow(dead_code, unreachable_pub, reason = "the host's tests use all of it")]
mod signing;
mod support;
mod trust;
mod usage;
