//! The API server as the operator sees it: shared caches that watches feed, and a writer.
//!
//! Nothing else reads from or writes to the API server. Reads come from the caches only.

mod caches;
mod key;
mod kind;
mod pod;
mod store;
mod watches;
mod writer;

pub use caches::{Caches, Change};
pub use key::Key;
pub use kind::Kind;
pub use pod::{ContainerState, ContainerSummary, PodSummary, Termination};
pub use store::{Store, Stored};
pub use watches::start as start_watches;
pub use writer::{Refusal, WriteError, Writer};
