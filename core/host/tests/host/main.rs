//! The host against real components, real servers and a real registry, and against scripted hostile ones.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::pedantic,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "tests: their names are their documentation, and a panic is their failure"
)]

mod support;

mod credentials;
mod grants;
mod inspection;
mod install;
mod limits;
mod login;
mod network;
mod pull;
mod real_registry;
mod trust;
