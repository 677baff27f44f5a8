//! What a hosted zone holds. Pure.

use maquette_sdk::dns::batch::{Key, State};
use maquette_sdk::dns::{Name, RecordType, marked_by};
use maquette_sdk::owner;

use crate::codec::{decode_value, parse_name};
use crate::wire::RrSet;

/// The API's record sets that make up one record set of the contract.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Raw {
    /// The records: one, or several with weights and the like.
    pub(crate) sets: Vec<RrSet>,
    /// The owner mark beside it.
    pub(crate) marks: Vec<RrSet>,
}

/// Reads what the API returned.
pub(crate) fn parse(rrsets: Vec<RrSet>) -> State<Raw> {
    let mut state = State::default();
    for rrset in rrsets {
        let name = parse_name(&rrset.name);
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
    for text in texts(&rrset) {
        if let Some(owner) = owner::decode(&decode_value(RecordType::Txt, &text)) {
            found.add_owner(owner);
        }
    }
    found.raw.marks.push(rrset);
}

fn put_records(state: &mut State<Raw>, key: &Key, rrset: RrSet) {
    let found = state.entry(key);
    let simple = rrset.alias_target.is_none() && rrset.set_identifier.is_none();
    if simple && rrset.health_check_id.is_none() {
        found.records.ttl = rrset.ttl.unwrap_or_default();
        found.records.values = texts(&rrset)
            .iter()
            .map(|content| decode_value(key.kind, content))
            .collect();
        found.records.values.sort_unstable();
        found.records.values.dedup();
    } else {
        found.strange.push(format!("{rrset:?}"));
    }
    found.raw.sets.push(rrset);
}

fn texts(rrset: &RrSet) -> Vec<String> {
    rrset
        .resource_records
        .iter()
        .flat_map(|records| &records.items)
        .map(|record| record.value.clone())
        .collect()
}
