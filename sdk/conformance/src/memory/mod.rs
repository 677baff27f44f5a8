//! Providers in memory, spoken to in plain HTTP and JSON, for plugins' templates and examples: small enough to be
//! implemented against in any language, strict enough to show every rule. `docs/plugins/conformance.md` documents them.

mod dns;
mod registry;
mod source;
mod tunnel;

pub use dns::DnsServer;
pub use registry::RegistryServer;
pub use source::ForgeServer;
pub use tunnel::TunnelServer;
