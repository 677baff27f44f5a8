//! The interface `maquette:plugin/delivery`: GitOps engines, pure.

mod client;
mod types;

pub use client::Delivery;
pub use types::{App, Assessment, Chart, Health};

use super::Kind;

pub(crate) const KIND: Kind = Kind {
    interface: "maquette:plugin/delivery@0.1.0",
    functions: &["render", "assess"],
};
