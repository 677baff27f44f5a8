//! The interface `maquette:builder/builder`: image builders, pure.

mod client;
mod types;

pub use client::Builder;
pub use types::{Build, Destination, Ending, Failure, Fault, File, Image, Job, Parameter, Verdict};

use super::Kind;

pub(crate) const KIND: Kind = Kind {
    interface: "maquette:builder/builder@0.0.1",
    functions: &["plan", "interpret"],
};
