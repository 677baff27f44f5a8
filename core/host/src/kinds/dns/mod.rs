//! The interface `maquette:dns/dns`: record sets in a provider's zones.

mod client;
mod types;

pub use client::Dns;
pub use types::{
    Change, Creation, Deletion, Observed, Page, RecordSet, RecordType, Replacement, Zone,
};

use super::Kind;

pub(crate) const KIND: Kind = Kind {
    interface: "maquette:dns/dns@0.1.0",
    functions: &["zones", "normalize", "observe", "apply", "list-owned"],
};
