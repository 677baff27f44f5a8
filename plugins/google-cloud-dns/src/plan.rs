//! Changes for Cloud DNS, in batches within its limits. Pure.

use maquette_sdk::dns::batch::{Goal, Key, Write};
use maquette_sdk::dns::{Name, NameError, side_mark};
use maquette_sdk::{Error, Result};

use crate::codec::encode;
use crate::state::Raw;
use crate::wire::{Change, RrSet};

/// Most additions of one change, and most deletions ("Quotas and limits", Cloud DNS). A project may have a lower quota;
/// then the change is refused and halved.
const MAX_SETS: usize = 1_000;
/// Most octets of all data of one change.
const MAX_DATA: usize = 100_000;

/// What is asked of Cloud DNS for the record sets of one name: they stand or fall together, because an alias can only
/// come when the addresses go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Unit {
    /// Positions of the writes that it makes.
    pub(crate) writes: Vec<usize>,
    /// To be deleted, exactly as they are.
    pub(crate) deletions: Vec<RrSet>,
    /// To be added where none is.
    pub(crate) additions: Vec<RrSet>,
}

impl Unit {
    /// Whether the zone has more record sets afterwards.
    pub(crate) fn grows(&self) -> bool {
        self.additions.len() > self.deletions.len()
    }

    fn data(&self) -> usize {
        self.deletions
            .iter()
            .chain(&self.additions)
            .flat_map(|set| &set.rrdatas)
            .map(String::len)
            .sum()
    }
}

/// The body for these units.
pub(crate) fn change(units: &[Unit]) -> Change<'_> {
    Change {
        additions: units.iter().flat_map(|unit| &unit.additions).collect(),
        deletions: units.iter().flat_map(|unit| &unit.deletions).collect(),
    }
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
    let set = raw.and_then(|raw| raw.set.as_ref());
    let mark = raw.and_then(|raw| raw.mark.as_ref());
    match &write.goal {
        Goal::Gone => unit.deletions.extend(set.into_iter().chain(mark).cloned()),
        Goal::There { records, owner } => {
            swap(unit, set, encode(records));
            let name = name_of(&write.key)?;
            let wanted = side_mark(&name, write.key.kind, owner, "records.name")?;
            // The mark that is there keeps whatever time to live somebody gave it.
            let ours = write
                .before
                .as_ref()
                .is_some_and(|found| found.owners == [owner.clone()]);
            if !(ours && mark.is_some()) {
                swap(unit, mark, encode(&wanted));
            }
        }
    }
    Ok(())
}

/// Puts `wanted` in the place of `old`, without touching what is already so.
fn swap(unit: &mut Unit, old: Option<&RrSet>, wanted: RrSet) {
    if old == Some(&wanted) {
        return;
    }
    unit.deletions.extend(old.cloned());
    unit.additions.push(wanted);
}

fn name_of(key: &Key) -> Result<Name> {
    key.name
        .parse()
        .map_err(|error: NameError| Error::invalid("records.name", error.to_string()))
}

/// Cuts the units into batches that Cloud DNS takes. A unit that is too large by itself stands alone and is refused
/// there.
pub(crate) fn batches(units: Vec<Unit>) -> Vec<Vec<Unit>> {
    let mut batches: Vec<Vec<Unit>> = Vec::new();
    let (mut additions, mut deletions, mut data) = (0, 0, 0);
    for unit in units {
        let more = (unit.additions.len(), unit.deletions.len(), unit.data());
        let fits = additions + more.0 <= MAX_SETS
            && deletions + more.1 <= MAX_SETS
            && data + more.2 <= MAX_DATA;
        if let Some(batch) = batches.last_mut().filter(|_| fits) {
            batch.push(unit);
            (additions, deletions, data) = (additions + more.0, deletions + more.1, data + more.2);
        } else {
            batches.push(vec![unit]);
            (additions, deletions, data) = more;
        }
    }
    batches
}

#[cfg(test)]
mod tests {
    use maquette_sdk::dns::{RecordSet, RecordType};

    use super::{Unit, batches};
    use crate::codec::encode;

    fn unit(additions: usize, deletions: usize, length: usize) -> Unit {
        let set = encode(&RecordSet {
            name: "a.example.com".into(),
            kind: RecordType::A,
            ttl: 60,
            values: vec!["x".repeat(length)],
        });
        Unit {
            writes: Vec::new(),
            additions: vec![set.clone(); additions],
            deletions: vec![set; deletions],
        }
    }

    fn sizes(units: Vec<Unit>) -> Vec<usize> {
        batches(units).iter().map(Vec::len).collect()
    }

    #[test]
    fn no_batch_has_more_than_cloud_dns_takes() {
        assert_eq!(sizes(vec![unit(2, 0, 9); 1_250]), [500, 500, 250]);
        assert_eq!(sizes(vec![unit(1, 2, 9); 600]), [500, 100]);
        assert_eq!(sizes(vec![unit(1, 0, 30_000); 4]), [3, 1]);
        assert_eq!(
            sizes(vec![unit(1, 0, 9), unit(1_001, 0, 1), unit(1, 0, 9)]),
            [1, 1, 1]
        );
        assert_eq!(sizes(vec![]), [0; 0]);
    }
}
