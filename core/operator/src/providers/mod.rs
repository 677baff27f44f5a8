//! Plugins that are bound to their grants, and the lanes through which they are called.

mod error;
mod lane;
mod port;
mod registry;
mod tunnels;
mod usage;
mod zone;
mod zones;

pub use error::{DEADLINE, LaneError};
pub use port::{Answered, Bound, DnsPort, Outcomes, PluginPort, TunnelPort};
pub use registry::{Binding, Configured, Registry, Unusable};
pub use tunnels::Tunnels;
pub use usage::UsageCollector;
pub use zone::{Sight, Zone};
