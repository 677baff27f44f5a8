//! The interface `dns`: what an author implements, the contract's types, and what every DNS plugin needs:
//! parsed names, canonical values, owner marks and etags. Nothing here knows a vendor.

pub mod batch;
mod etag;
mod export;
#[cfg(feature = "dns-message")]
pub mod message;
mod name;
mod side;
mod text;
pub(crate) mod transport;
mod values;
mod vendor;

pub use etag::etag;
pub use name::{Name, NameError};
pub use side::{is_reserved, marked_by, side_mark, side_name};
pub use text::Escapes;
pub use transport::{Transport, TransportError};
pub use values::canonical;
pub use vendor::{read_name, read_value};

pub use crate::raw::dns::exports::maquette::dns::dns::{
    Change, Creation, Deletion, Observed, Page, RecordSet, RecordType, Replacement, Zone,
};

use crate::context::Context;
use crate::error::Result;
use crate::plugin::Plugin;

/// Keeps record sets in a provider's zones.
///
/// Each rule of the interface is written in `wit/dns/dns.wit`; the ones that are easy to miss:
/// * applying the same change twice writes once; deleting what is absent succeeds;
/// * what has no owner mark, or another owner's, is never changed;
/// * the owner mark is written with the record set or before it, never after;
/// * every change of a batch has its own outcome, in the order of the changes.
pub trait Dns: Plugin {
    /// Zones that the credential can change.
    ///
    /// # Errors
    /// What the provider answers, mapped to [`crate::Error`].
    fn zones(&self, ctx: &Context<Self::Config>) -> Result<Vec<Zone>>;

    /// The same record sets as the provider would return them, in the same order.
    ///
    /// # Errors
    /// [`crate::Error::Invalid`] for a value that the provider cannot hold.
    fn normalize(
        &self,
        ctx: &Context<Self::Config>,
        records: Vec<RecordSet>,
    ) -> Result<Vec<RecordSet>>;

    /// Record sets of these names, of every type of the interface. A name without any is left out.
    ///
    /// # Errors
    /// What the provider answers, mapped to [`crate::Error`].
    fn observe(
        &self,
        ctx: &Context<Self::Config>,
        zone: &str,
        names: &[String],
    ) -> Result<Vec<Observed>>;

    /// Makes the changes. Each outcome is the new etag, empty after a deletion.
    ///
    /// # Errors
    /// Only when no change was attempted; otherwise every change has its own outcome.
    fn apply(
        &self,
        ctx: &Context<Self::Config>,
        zone: &str,
        changes: Vec<Change>,
    ) -> Result<Vec<Result<String>>>;

    /// Record sets whose owner starts with this prefix, page by page.
    ///
    /// # Errors
    /// What the provider answers, mapped to [`crate::Error`].
    fn list_owned(
        &self,
        ctx: &Context<Self::Config>,
        zone: &str,
        owner_prefix: &str,
        cursor: Option<&str>,
    ) -> Result<Page>;
}
