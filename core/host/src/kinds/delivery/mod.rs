//! The interface `maquette:delivery/delivery`: GitOps engines, pure.

mod client;
mod types;

pub use client::Delivery;
pub use types::{App, Assessment, Chart, GitChart, Health, OciChart, RepositoryChart, SecretValue};

use super::Kind;

pub(crate) const KIND: Kind = Kind {
    interface: "maquette:delivery/delivery@0.0.1",
    functions: &["render", "assess"],
};
