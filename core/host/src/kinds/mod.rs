//! The provider interfaces as plain Rust, a folder each: one type per WIT record, one async function per WIT function.
//! Meanings are those of the package in `wit/` that bears the folder's name. What can be checked of an answer without
//! knowing the vendor is checked here, so that callers see only answers that keep the interface.
//!
//! The types are passed to and from components as they are (`ComponentType`, `Lift` and `Lower` are Wasmtime's); their
//! JSON names are those of `wit/`.

pub mod builder;
pub mod bundler;
mod bytes;
mod check;
mod client;
pub mod delivery;
pub mod dns;
mod exports;
pub mod registry;
pub mod shared;
pub mod source;
pub mod tunnel;

pub(crate) use bundler::BLOBS;
pub(crate) use client::Client;
pub(crate) use exports::{Exports, Functions, Kind};
pub use exports::{interface, is_draft};

/// Every provider interface that this host calls.
pub(crate) const KINDS: [&Kind; 7] = [
    &dns::KIND,
    &tunnel::KIND,
    &registry::KIND,
    &source::KIND,
    &builder::KIND,
    &bundler::KIND,
    &delivery::KIND,
];
