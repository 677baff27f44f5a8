//! One folder per kind: `observe.rs` collects, `plan.rs` decides, `status.rs` reports; `mod.rs` says what wakes it.

pub mod component;
pub mod dnsrecord;
pub mod plugin;
pub mod provider;
pub mod workspace;
