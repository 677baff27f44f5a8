//! Changes for Route 53, in batches within its limits. Pure.

use maquette_sdk::dns::batch::{Goal, Key, Write};
use maquette_sdk::dns::{Name, NameError, side_mark};
use maquette_sdk::{Error, Result};

use crate::codec::encode;
use crate::state::Raw;
use crate::wire::RrSet;

/// Most `ResourceRecord` elements of one batch ("Quotas on `ChangeResourceRecordSets` API requests", Route 53's guide).
const MAX_ELEMENTS: usize = 1_000;
/// Most characters of all `Value` elements of one batch.
const MAX_CHARACTERS: usize = 32_000;

/// What is asked of Route 53 for the record sets of one name: they stand or fall together, because an alias can
/// only come when the addresses go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Unit {
    /// Positions of the writes that it makes.
    pub(crate) writes: Vec<usize>,
    /// To be deleted, exactly as they are.
    pub(crate) deletes: Vec<RrSet>,
    /// To be created where none is.
    pub(crate) creates: Vec<RrSet>,
}

impl Unit {
    fn elements(&self) -> usize {
        self.sets().map(|set| values(set).count().max(1)).sum()
    }

    fn characters(&self) -> usize {
        self.sets().flat_map(values).map(str::len).sum()
    }

    fn sets(&self) -> impl Iterator<Item = &RrSet> {
        self.deletes.iter().chain(&self.creates)
    }
}

fn values(set: &RrSet) -> impl Iterator<Item = &str> {
    set.resource_records
        .iter()
        .flat_map(|records| records.items.iter().map(|record| record.value.as_str()))
}

/// The writes, gathered by name.
///
/// # Errors
/// [`Error::Invalid`] for a name that leaves no room for its mark, which is refused before.
pub(crate) fn units(writes: &[Write<Raw>]) -> Result<Vec<Unit>> {
    let mut units: Vec<(&str, Unit)> = Vec::new();
    for (position, write) in writes.iter().enumerate() {
        if units.last().is_none_or(|(name, _)| *name != write.key.name) {
            units.push((&write.key.name, Unit::default()));
        }
        if let Some((_, unit)) = units.last_mut() {
            unit.writes.push(position);
            add(unit, write)?;
        }
    }
    Ok(units.into_iter().map(|(_, unit)| unit).collect())
}

fn add(unit: &mut Unit, write: &Write<Raw>) -> Result<()> {
    let raw = write.before.as_ref().map(|found| &found.raw);
    let sets = raw.map_or(&[] as &[RrSet], |raw| &raw.sets);
    let marks = raw.map_or(&[] as &[RrSet], |raw| &raw.marks);
    match &write.goal {
        Goal::Gone => {
            unit.deletes.extend(sets.iter().chain(marks).cloned());
        }
        Goal::There { records, owner } => {
            swap(unit, sets, encode(records));
            let name = name_of(&write.key)?;
            let mark = side_mark(&name, write.key.kind, owner, "records.name")?;
            // The mark that is there keeps whatever time to live somebody gave it.
            let ours = write
                .before
                .as_ref()
                .is_some_and(|found| found.owners == [owner.clone()]);
            if !(ours && marks.len() == 1) {
                swap(unit, marks, encode(&mark));
            }
        }
    }
    Ok(())
}

/// Puts `wanted` in the place of `old`, without touching what is already so.
fn swap(unit: &mut Unit, old: &[RrSet], wanted: RrSet) {
    if matches!(old, [only] if *only == wanted) {
        return;
    }
    unit.deletes.extend(old.iter().cloned());
    unit.creates.push(wanted);
}

fn name_of(key: &Key) -> Result<Name> {
    key.name
        .parse()
        .map_err(|error: NameError| Error::invalid("records.name", error.to_string()))
}

/// Cuts the units into batches that Route 53 takes. A unit that is too large by itself stands alone and is refused there.
pub(crate) fn batches(units: Vec<Unit>) -> Vec<Vec<Unit>> {
    let mut batches: Vec<Vec<Unit>> = Vec::new();
    let (mut elements, mut characters) = (0, 0);
    for unit in units {
        let (more_elements, more_characters) = (unit.elements(), unit.characters());
        let fits = elements + more_elements <= MAX_ELEMENTS
            && characters + more_characters <= MAX_CHARACTERS;
        if let Some(batch) = batches.last_mut().filter(|_| fits) {
            batch.push(unit);
            elements += more_elements;
            characters += more_characters;
        } else {
            batches.push(vec![unit]);
            (elements, characters) = (more_elements, more_characters);
        }
    }
    batches
}

#[cfg(test)]
mod tests {
    use maquette_sdk::dns::{RecordSet, RecordType};

    use super::{Unit, batches};
    use crate::codec::encode;

    fn unit(values: usize, length: usize) -> Unit {
        let set = RecordSet {
            name: "a.example.com".into(),
            kind: RecordType::A,
            ttl: 60,
            values: vec!["x".repeat(length); values],
        };
        Unit {
            creates: vec![encode(&set)],
            ..Unit::default()
        }
    }

    fn sizes(units: Vec<Unit>) -> Vec<usize> {
        batches(units).iter().map(Vec::len).collect()
    }

    #[test]
    fn no_batch_has_more_than_route_53_takes() {
        assert_eq!(sizes(vec![unit(1, 9); 2_500]), [1_000, 1_000, 500]);
        assert_eq!(sizes(vec![unit(1, 10_000); 4]), [3, 1]);
        assert_eq!(
            sizes(vec![unit(1, 9), unit(1_001, 1), unit(1, 9)]),
            [1, 1, 1]
        );
        assert_eq!(sizes(vec![]), [0; 0]);
    }
}
