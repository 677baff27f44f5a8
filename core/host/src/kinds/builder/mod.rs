//! The interface `maquette:builder/builder`: image builders, pure.

mod client;
mod key;
mod pod;
mod types;

pub use client::{Builder, Planned, PlannedJob};
use types::Plan;
pub use types::{
    Build, Destination, Ended, Ending, Failure, Fault, File, Image, Job, Login, Registry, Secret,
    SecretKind, Source, Verdict,
};

use super::Kind;

pub(crate) const KIND: Kind = Kind {
    interface: "maquette:builder/builder@0.0.1",
    functions: &["plan-build", "interpret"],
};
