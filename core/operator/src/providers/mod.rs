//! Configured plugins, and the lanes through which calls to them go.

mod lane;
mod registry;
mod usage;

pub use lane::{Lane, LaneError, Sight};
pub use registry::{Configured, Registry};
pub use usage::UsageCollector;
