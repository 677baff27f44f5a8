//! The API server as the operator sees it: shared caches that watches feed, and a writer.
//!
//! Nothing else reads from or writes to the API server. Reads come from the caches only, and each one is recorded, so
//! that a change wakes exactly the objects that read what changed.

mod caches;
mod claims;
mod fence;
mod gateway;
mod kept;
mod key;
mod kind;
mod namespace;
mod pod;
mod raw;
mod reads;
mod router;
mod store;
mod watches;
mod writer;

pub use caches::Typed;
pub use claims::{Claimant, Claims};
pub use fence::{Fence, NotLeading};
pub use gateway::{GatewaySummary, Listener};
pub use kept::Kept;
pub use key::Key;
pub use kind::{Caches, Coordinates, Kind, Usage, Watched};
pub use namespace::NamespaceSummary;
pub use pod::{ContainerState, ContainerSummary, PodSummary, Termination};
pub use raw::RawObject;
pub use reads::Reads;
pub use router::{Reader, Router, Sink, Source, Wake};
pub use store::{AnyStore, Store, Stored};
pub use watches::{Watches, start as start_watches};
pub use writer::{Cause, Refusal, WriteError, Writer};
