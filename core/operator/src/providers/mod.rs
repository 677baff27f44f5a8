//! Configured plugins, and the lanes through which calls to them go.

mod error;
mod lane;
mod port;
mod registry;
mod tunnels;
mod usage;

pub use error::LaneError;
pub use lane::{Lane, Sight};
pub use port::{Answered, Bound, DnsPort, Outcomes, PluginPort, TunnelPort};
pub use registry::{Configured, Registry};
pub use tunnels::Tunnels;
pub use usage::UsageCollector;
