//! What a zone holds. Pure.

use maquette_sdk::dns::batch::{Key, State};
use maquette_sdk::dns::{Name, RecordType, marked_by, read_name};
use maquette_sdk::owner;

use super::codec::{decode_value, is_proxied};
use super::wire::Record;

/// What a claim says. Everybody's is the same: of two that are posted, Cloudflare refuses the second.
pub(super) const CLAIM: &str = "maquette/v1 claim";

/// Cloudflare's records that make up one record set of the contract.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Raw {
    /// The records.
    pub(super) records: Vec<Stored>,
    /// Identifiers of marks and claims beside it.
    pub(super) beside: Vec<String>,
}

/// One record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stored {
    pub(super) id: String,
    pub(super) value: String,
    pub(super) ttl: u32,
    pub(super) proxied: bool,
}

/// Reads what the API returned. `proxied` is what the configuration wants.
pub(super) fn parse(records: Vec<Record>, proxied: bool) -> State<Raw> {
    let mut state = State::default();
    let mut keys = Vec::new();
    for record in records {
        let name = read_name(&record.name);
        let marked = name.parse::<Name>().ok().and_then(|name| marked_by(&name));
        match (RecordType::of_name(&record.kind), marked) {
            (Some(RecordType::Txt), Some((name, kind))) => {
                put_beside(&mut state, &Key::new(name.as_str(), kind), record);
            }
            (Some(kind), _) => {
                let key = Key::new(name, kind);
                put_record(&mut state, &key, record);
                keys.push(key);
            }
            (None, _) => state.put_other(&name),
        }
    }
    keys.sort_unstable();
    keys.dedup();
    for key in keys {
        complete(&mut state, &key, proxied);
    }
    state
}

/// A mark or a claim. Other texts of that name are somebody else's and stay.
fn put_beside(state: &mut State<Raw>, key: &Key, record: Record) {
    let text = decode_value(RecordType::Txt, &record.content);
    let owner = owner::decode(&text);
    if owner.is_none() && text != CLAIM {
        return;
    }
    let found = state.entry(key);
    if let Some(owner) = owner {
        found.add_owner(owner);
    }
    found.raw.beside.push(record.id);
}

fn put_record(state: &mut State<Raw>, key: &Key, record: Record) {
    let stored = Stored {
        value: decode_value(key.kind, &record.content),
        id: record.id,
        ttl: record.ttl,
        proxied: record.proxied,
    };
    state.entry(key).raw.records.push(stored);
}

/// The record set that its records make up. What they do not agree on, or what is reached in another way than it should be,
/// never looks as wanted.
fn complete(state: &mut State<Raw>, key: &Key, proxied: bool) {
    let found = state.entry(key);
    let records = &found.raw.records;
    let mut values: Vec<String> = records.iter().map(|one| one.value.clone()).collect();
    values.sort_unstable();
    values.dedup();
    let wanted = is_proxied(key.kind, &values, proxied);
    let ttl = records.iter().map(|one| one.ttl).max().unwrap_or_default();
    for one in records {
        if one.ttl != ttl {
            found
                .strange
                .push(format!("{} has ttl {}", one.value, one.ttl));
        }
        if one.proxied != wanted {
            let how = if one.proxied { "is" } else { "is not" };
            found.strange.push(format!("{} {how} proxied", one.value));
        }
    }
    found.strange.sort_unstable();
    found.records.ttl = ttl;
    found.records.values = values;
}
