//! What a zone holds, from the records of a transfer. Pure.

use maquette_sdk::dns::batch::{Key, State};
use maquette_sdk::dns::message::Record;
use maquette_sdk::dns::{Name, RecordType, is_reserved, marked_by};
use maquette_sdk::owner;

/// RRSIG and NSEC (RFC 4034): what signing adds to every name, also beside an alias.
const SIGNING: [u16; 2] = [46, 47];

/// The exact records of one record set and of its mark, as prerequisites need them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Raw {
    pub(crate) records: Vec<Vec<u8>>,
    pub(crate) marks: Vec<Vec<u8>>,
}

/// A zone from its records, in any order.
pub(crate) fn state<'a>(records: impl IntoIterator<Item = &'a Record>) -> State<Raw> {
    let mut state = State::<Raw>::default();
    let mut keys = Vec::new();
    for record in records {
        let name = record.name.parse::<Name>();
        match (name, record.kind) {
            (Ok(name), Some(kind)) if !is_reserved(&name) => {
                let key = Key::new(name.as_str(), kind);
                let found = state.entry(&key);
                found.records.ttl = record.ttl;
                found.records.values.push(record.value.clone());
                found.raw.records.push(record.data.clone());
                keys.push(key);
            }
            (Ok(name), Some(RecordType::Txt)) => put_mark(&mut state, &name, record),
            _ if SIGNING.contains(&record.type_number) => {}
            _ => state.put_other(&record.name),
        }
    }
    for key in keys {
        state.entry(&key).records.values.sort_unstable();
    }
    state
}

fn put_mark(state: &mut State<Raw>, name: &Name, record: &Record) {
    let Some((marked, kind)) = marked_by(name) else {
        return state.put_other(&record.name);
    };
    let found = state.entry(&Key::new(marked.as_str(), kind));
    found.raw.marks.push(record.data.clone());
    match owner::decode(&record.value) {
        Some(owner) => found.add_owner(owner),
        // Somebody wrote a text where only marks belong: it is seen, and it stands in the way.
        None => found.strange.push(format!("mark {}", record.value)),
    }
}

#[cfg(test)]
mod tests {
    use maquette_sdk::dns::RecordType;
    use maquette_sdk::dns::batch::{Holder, Key, Obstacle};
    use maquette_sdk::dns::message::{Record, rdata};

    use super::state;

    fn record(name: &str, kind: RecordType, value: &str) -> Record {
        Record {
            name: name.into(),
            kind: Some(kind),
            type_number: 0,
            ttl: 60,
            value: value.into(),
            data: rdata(kind, value).unwrap(),
        }
    }

    fn other(name: &str, type_number: u16) -> Record {
        Record {
            name: name.into(),
            kind: None,
            type_number,
            ttl: 60,
            value: String::new(),
            data: Vec::new(),
        }
    }

    #[test]
    fn marks_are_put_beside_what_they_mark_and_are_no_records_themselves() {
        let state = state(&[
            record("_mq-a.www.b", RecordType::Txt, "maquette/v1 owner=o"),
            record("www.b", RecordType::A, "192.0.2.2"),
            record("www.b", RecordType::A, "192.0.2.1"),
        ]);
        let found = state.get(&Key::new("www.b", RecordType::A)).unwrap();
        assert_eq!(found.holder("o"), Holder::Ours);
        assert_eq!(found.records.values, ["192.0.2.1", "192.0.2.2"]);
        assert_eq!((found.raw.records.len(), found.raw.marks.len()), (2, 1));
        assert_eq!(state.get(&Key::new("_mq-a.www.b", RecordType::Txt)), None);
    }

    #[test]
    fn a_text_that_is_no_mark_stands_in_the_way_of_everybody() {
        let state = state(&[record("_mq-a.www.b", RecordType::Txt, "hello")]);
        let found = state.get(&Key::new("www.b", RecordType::A)).unwrap();
        assert_eq!(found.holder("o"), Holder::Another(None));
    }

    #[test]
    fn other_types_are_in_the_way_of_an_alias_and_signatures_are_not() {
        let state = state(&[
            other("mx.b", 15),
            other("signed.b", 46),
            other("we ird.b", 15),
        ]);
        let alias = |name: &str| state.in_the_way(&Key::new(name, RecordType::Cname));
        assert_eq!(alias("mx.b"), Obstacle::Set(None));
        assert_eq!(alias("signed.b"), Obstacle::None);
    }
}
