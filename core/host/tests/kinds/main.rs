//! Every provider interface, through a component that exports them all: values arrive as they were sent, answers that
//! contradict the interface are refused, and a tunnel's secret stays in the host.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::pedantic,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "tests: their names are their documentation, and a panic is their failure"
)]

mod bundler;
mod pure;
mod registry;
mod released;
mod source;
mod support;
mod tunnel;
