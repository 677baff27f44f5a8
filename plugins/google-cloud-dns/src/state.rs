//! What a managed zone holds. Pure.

use maquette_sdk::dns::batch::{Key, State};
use maquette_sdk::dns::{Name, RecordType, marked_by, read_name};
use maquette_sdk::owner;

use crate::codec::decode_value;
use crate::wire::RrSet;

/// The API's record sets that make up one record set of the contract.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Raw {
    /// The records.
    pub(crate) set: Option<RrSet>,
    /// The owner mark beside it.
    pub(crate) mark: Option<RrSet>,
}

/// Reads what the API returned.
pub(crate) fn parse(rrsets: Vec<RrSet>) -> State<Raw> {
    let mut state = State::default();
    for rrset in rrsets {
        let name = read_name(&rrset.name);
        let marked = name.parse::<Name>().ok().and_then(|name| marked_by(&name));
        match (RecordType::of_name(&rrset.kind), marked) {
            (Some(RecordType::Txt), Some((name, kind))) => {
                put_mark(&mut state, &Key::new(name.as_str(), kind), rrset);
            }
            (Some(kind), _) => put_records(&mut state, &Key::new(name, kind), rrset),
            (None, _) => state.put_other(&name),
        }
    }
    state
}

fn put_mark(state: &mut State<Raw>, key: &Key, rrset: RrSet) {
    let found = state.entry(key);
    for text in &rrset.rrdatas {
        if let Some(owner) = owner::decode(&decode_value(RecordType::Txt, text)) {
            found.add_owner(owner);
        }
    }
    found.raw.mark = Some(rrset);
}

fn put_records(state: &mut State<Raw>, key: &Key, rrset: RrSet) {
    let found = state.entry(key);
    found.records.ttl = rrset.ttl.unwrap_or_default();
    if let Some(policy) = &rrset.routing_policy {
        found.strange.push(policy.to_string());
    } else {
        found.records.values = rrset
            .rrdatas
            .iter()
            .map(|content| decode_value(key.kind, content))
            .collect();
        found.records.values.sort_unstable();
        found.records.values.dedup();
    }
    found.raw.set = Some(rrset);
}
