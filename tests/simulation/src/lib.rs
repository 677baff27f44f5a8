//! The whole operator from a seed, against a simulated API server, simulated providers and a virtual clock.
//!
//! | module | content |
//! |---|---|
//! | `api` | the API server: objects, server-side apply, watches |
//! | `cluster` | garbage collection, workloads with their pods, a Gateway |
//! | `providers` | providers, and the plugin host at its typed interface |
//! | `faults` | faults between the operator and the API server |
//! | `script` | actions of users and faults, from the seed |
//! | `instance` | processes of the operator |
//! | `rules` | what holds after every step |
//! | `end` | what holds when faults are over |
//! | `run`, `shrink`, `campaign` | one run, the smallest run that fails, many runs |
//!
//! A run uses one thread and a paused runtime, so that time passes only when nothing else is left to do. Nothing reads
//! the machine's clock or its randomness. A run is the same wherever it runs.

#![expect(
    clippy::indexing_slicing,
    reason = "a JSON value gives null for what it does not have; positions of the table come from the table"
)]

mod api;
pub mod campaign;
mod cluster;
mod end;
mod faults;
mod instance;
mod panics;
mod providers;
mod random;
mod rules;
mod run;
mod scene;
mod script;
pub mod shrink;
mod sim;
mod world;

pub use rules::Violation;
pub use run::{Report, Setup, simulate};

/// The operator's namespace.
const NAMESPACE: &str = "maquette-system";
