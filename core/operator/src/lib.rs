//! Controllers of Maquette and what runs them.
//!
//! * [`clock`]: time and chance;
//! * [`connection`]: the client of the API server;
//! * [`cluster`]: shared caches of the objects that matter, and every write to the API server;
//! * [`engine`]: the one reconcile shape: queue, backoff, plans, execution, leader election, metrics;
//! * [`registries`]: what the administrator decided about registries of plugins;
//! * [`providers`]: configured plugins and the lanes through which calls to them go;
//! * [`controllers`]: one folder per kind with observe, plan and status.

pub mod clock;
pub mod cluster;
pub mod connection;
pub mod controllers;
pub mod engine;
mod kinds;
pub mod providers;
pub mod quantity;
pub mod registries;
pub mod run;
