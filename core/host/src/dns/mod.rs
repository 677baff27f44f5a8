//! The interface `maquette:plugin/dns` as plain Rust: one type per WIT record, one async function per WIT function.
//! Meanings are those of `wit/dns.wit`.

mod client;
mod convert;
mod types;

pub use client::Dns;
pub use types::{
    Change, Creation, Deletion, Observed, Page, RecordSet, RecordType, Replacement, Zone,
};

/// The interface, as components export it.
pub(crate) const INTERFACE: &str = "maquette:plugin/dns@0.1.0";
