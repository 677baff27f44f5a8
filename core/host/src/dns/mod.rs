//! The interface `maquette:plugin/dns` as plain Rust: one type per WIT record, one async function per WIT function.
//! Meanings are those of `wit/dns.wit`.

mod types;

pub use types::{
    Change, Creation, Deletion, Observed, Page, RecordSet, RecordType, Replacement, Zone,
};
