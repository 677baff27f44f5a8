//! The claim on a record's name: nothing is published of a name that an object of another namespace holds.

use super::place::{Place, Problem};
use crate::{cluster::Reads, controllers::access};
use maquette_api::DNSRecord;
use std::collections::BTreeSet;

/// Asks for the name where the record may be published; the place, or why there is none. A record that may not be published
/// asks only for a name of its ledger.
pub(super) fn claim(
    reads: &Reads,
    record: &DNSRecord,
    place: Result<Place, Problem>,
) -> Result<Place, Problem> {
    let name = &record.spec.name;
    let mut ledger = record.status.iter().flat_map(|status| &status.ledger);
    let asks = place.is_ok() || ledger.any(|entry| entry.name == *name);
    let asked = asks.then(|| name.clone()).into_iter();
    let refused = reads.claim(&record.metadata, &asked.collect::<BTreeSet<_>>());
    if refused.is_empty() {
        return place;
    }
    Err(access::Problem::NameInUse(name.clone()).into())
}

/// A record that is being deleted asks for no name any more.
pub(super) fn release(reads: &Reads, record: &DNSRecord) {
    reads.claim(&record.metadata, &BTreeSet::new());
}
