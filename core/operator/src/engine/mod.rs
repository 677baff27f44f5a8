//! The one shape in which every kind is reconciled.
//!
//! A controller says what it observes, plans and reports; the engine queues, executes, retries, counts and publishes.
//! Nothing here knows a kind by name.

mod apply;
mod backoff;
mod controller;
mod desired;
mod difference;
mod events;
mod execute;
mod fair;
mod health;
mod leader;
mod metrics;
mod own;
mod plan;
mod queue;
mod runner;
#[cfg(test)]
mod tests;

pub use controller::{Controller, Report, Status, refused};
pub use desired::{Desired, managed_labels, owner_reference};
pub use execute::Executor;
pub use health::{Health, serve};
pub use leader::{LeaderError, Leadership};
pub use metrics::Metrics;
pub use plan::{Deletion, Finalizer, Notice, Plan, Results};
pub use runner::run;
