//! What is known of a record set: where it belongs, and what exists there. Pure.

use super::place::{Place, Problem};
use crate::{controllers::outside::Recalled, providers::Sight};
use maquette_api::{DNSRecord, LedgerEntry, RecordType};
use maquette_host::dns::{self, RecordSet};
use std::collections::BTreeMap;

/// Everything the decision needs.
#[derive(Debug)]
pub struct Observed {
    /// The ownership record of this object's record sets.
    pub(super) owner: String,
    /// Where the record set belongs, and how often it is compared; or why it cannot be kept. Nothing where the object is
    /// being deleted.
    pub(super) place: Option<Result<Place, Problem>>,
    /// Record sets at the provider, where it was asked, by the entry's position.
    pub(super) sights: BTreeMap<Spot, Result<Sight, Problem>>,
    /// Whether the record set was seen to be right so recently that it is not observed again.
    pub(super) fresh: bool,
    /// What this process knows of earlier calls.
    pub(super) recalled: Recalled,
}

impl Observed {
    /// Where the record set belongs, where it can be kept.
    pub(super) fn kept_at(&self) -> Option<&Place> {
        self.place.as_ref()?.as_ref().ok()
    }

    /// Why it is not known whether the record set is right.
    pub(super) fn trouble(&self) -> Option<&Problem> {
        let problem = match self.place.as_ref()? {
            Err(problem) => problem,
            Ok(place) => self.sights.get(&spot(&place.entry))?.as_ref().err()?,
        };
        problem.is_trouble().then_some(problem)
    }
}

/// Where a record set is.
pub(super) type Spot = (String, String, String);

pub(super) fn spot(entry: &LedgerEntry) -> Spot {
    (
        entry.provider.clone(),
        entry.zone.clone(),
        entry.name.clone(),
    )
}

pub(super) fn kind(kind: RecordType) -> dns::RecordType {
    match kind {
        RecordType::A => dns::RecordType::A,
        RecordType::Aaaa => dns::RecordType::Aaaa,
        RecordType::Cname => dns::RecordType::Cname,
        RecordType::Txt => dns::RecordType::Txt,
    }
}

/// The record set of the spec.
pub(super) fn wanted(record: &DNSRecord) -> RecordSet {
    RecordSet {
        name: record.spec.name.clone(),
        kind: kind(record.spec.kind),
        ttl: record.spec.ttl,
        values: record.spec.values.clone(),
    }
}
