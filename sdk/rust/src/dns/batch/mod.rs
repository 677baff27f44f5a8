//! Batches of changes: what every plugin decides in the same way before it speaks to its vendor. Pure.
//!
//! A plugin reads what the zone holds into a [`State`], lets [`decide`] say which changes are settled, refused or
//! to be written, writes those in its vendor's words, and turns the results into outcomes with [`confirm`]. `R` is what a
//! vendor calls a record set: identifiers, or its exact form for a precondition.
//!
//! ```
//! use maquette_sdk::dns::batch::{Found, Marks, State, check, confirm, decide};
//! use maquette_sdk::dns::{Change, Creation, RecordSet, RecordType};
//!
//! let zone = "example.com".parse().unwrap();
//! let create = Change::Create(Creation {
//!     records: RecordSet { name: "www.example.com".into(), kind: RecordType::A, ttl: 60, values: vec!["192.0.2.1".into()] },
//!     owner: "cluster/DNSRecord/shop/web".into(),
//! });
//! let plan = decide(State::<()>::default(), &[check(&zone, &create, Marks::Beside)]);
//! assert_eq!(plan.writes.len(), 1);
//! // … the vendor is asked to make `plan.writes`, under a precondition …
//! let outcomes = confirm(&plan, &[Ok(())], None);
//! assert!(outcomes[0].is_ok());
//! ```

mod check;
mod confirm;
mod decide;
mod state;
#[cfg(test)]
mod tests;

pub use check::{Checked, Marks, check, name_within, names_within, zone_name};
pub use confirm::{confirm, is_open};
pub use decide::{Decision, Goal, Plan, Write, decide};
pub use state::{Found, Holder, Key, Obstacle, State};
