//! One folder per kind: `observe.rs` collects, `plan.rs` decides, `status.rs` reports; `mod.rs` is the controller.
//! What several kinds need stands beside them.

mod access;
pub mod component;
mod context;
mod depends;
pub mod dnsrecord;
mod grants;
mod moments;
mod outside;
pub mod plugin;
pub mod provider;
mod records;
pub mod tunnel;
pub mod workspace;

pub use context::{Context, FromContext};
