//! A real Kubernetes on one Linux machine, for tests and for the demo.
//!
//! Two sizes exist. [`ControlPlane`] is etcd and kube-apiserver on a loopback address of its own: ready in
//! seconds, any number side by side, gone when dropped. [`Cluster`] is the whole thing with a kubelet, a registry, a DNS
//! server and a gateway: one per machine, kept running between commands until [`Cluster::down`].
//!
//! Every program is built from source into a cache (see [`tools`]); nothing of a test cluster talks to any machine but this one.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let control_plane = maquette_harness::ControlPlane::start().await?;
//! let client = control_plane.client().await?;
//! # Ok(())
//! # }
//! ```

pub mod access;
pub mod cargo;
pub mod cluster;
mod command;
mod components;
pub mod controlplane;
pub mod dump;
pub mod http;
pub mod images;
pub mod paths;
pub mod process;
pub mod progress;
pub mod tools;
pub mod wait;

pub use cluster::{Cluster, ClusterError, Component, Gateway, Options, Pdns};
pub use controlplane::{ControlPlane, ControlPlaneOptions};
pub use wait::{Timeout, wait_for};
