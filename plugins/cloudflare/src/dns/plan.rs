//! Operations for Cloudflare, in batches within its limits. Pure.

use maquette_sdk::dns::batch::{Goal, Write};
use maquette_sdk::dns::{Name, NameError, RecordSet, RecordType, side_mark};
use maquette_sdk::{Error, Result};

use super::codec::encode;
use super::state::{CLAIM, Raw};
use super::wire::{Batch, Deletion, Post};

/// Most records of one batch on the plan that has the fewest ("Batch record changes", Cloudflare DNS).
const MAX_RECORDS: usize = 200;

/// What is asked of Cloudflare for the record sets of one name: they stand or fall together, because an alias can only
/// come when the addresses go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Unit {
    /// Positions of the writes that it makes.
    pub(super) writes: Vec<usize>,
    /// Identifiers of records to be deleted.
    pub(super) deletes: Vec<String>,
    /// Records to be made.
    pub(super) posts: Vec<Post>,
}

impl Unit {
    /// Whether the zone has more records afterwards.
    pub(super) fn grows(&self) -> bool {
        self.posts.len() > self.deletes.len()
    }

    fn size(&self) -> usize {
        self.deletes.len() + self.posts.len()
    }
}

/// The body for these units.
pub(super) fn body(units: &[Unit]) -> Batch<'_> {
    let deletes = units.iter().flat_map(|unit| &unit.deletes);
    Batch {
        deletes: deletes.map(|id| Deletion { id }).collect(),
        posts: units.iter().flat_map(|unit| &unit.posts).collect(),
    }
}

/// The writes, gathered by name. `proxied` is what the configuration wants.
///
/// # Errors
/// [`Error::Invalid`] for a name that leaves no room for its mark, which is refused before.
pub(super) fn units(writes: &[Write<Raw>], proxied: bool) -> Result<Vec<Unit>> {
    let mut units: Vec<(&str, Unit)> = Vec::new();
    for (position, write) in writes.iter().enumerate() {
        if units.last().is_none_or(|(name, _)| *name != write.key.name) {
            units.push((&write.key.name, Unit::default()));
        }
        if let Some((_, unit)) = units.last_mut() {
            unit.writes.push(position);
            add(unit, write, proxied)?;
        }
    }
    Ok(units.into_iter().map(|(_, unit)| unit).collect())
}

fn add(unit: &mut Unit, write: &Write<Raw>, proxied: bool) -> Result<()> {
    let nothing = Raw::default();
    let before = write.before.as_ref().map_or(&nothing, |found| &found.raw);
    // Also where they stay as they are: a batch that was made for another state has to be refused.
    unit.deletes.extend(before.beside.iter().cloned());
    let wanted = match &write.goal {
        Goal::Gone => Vec::new(),
        Goal::There { records, owner } => {
            unit.posts.extend(beside(records, owner)?);
            let posts = records.values.iter();
            posts
                .map(|value| (value.as_str(), encode(records, value, proxied)))
                .collect()
        }
    };
    let mut kept: Vec<&str> = Vec::new();
    for one in &before.records {
        let same = wanted.iter().find(|(value, post)| {
            *value == one.value && post.ttl == one.ttl && post.proxied == one.proxied
        });
        match same {
            Some((value, _)) if !kept.contains(value) => kept.push(value),
            _ => unit.deletes.push(one.id.clone()),
        }
    }
    let new = wanted
        .iter()
        .filter(|(value, _)| !kept.contains(value))
        .map(|(_, post)| post.clone());
    unit.posts.extend(new);
    Ok(())
}

/// Mark and claim of a record set.
fn beside(records: &RecordSet, owner: &str) -> Result<Vec<Post>> {
    let name: Name = records
        .name
        .parse()
        .map_err(|error: NameError| Error::invalid("records.name", error.to_string()))?;
    let mark = side_mark(&name, records.kind, owner, "records.name")?;
    let claim = (records.kind != RecordType::Cname).then(|| CLAIM.to_owned());
    let texts = mark.values.iter().chain(&claim);
    Ok(texts.map(|text| encode(&mark, text, false)).collect())
}

/// Cuts the units into batches that Cloudflare takes. A unit that is too large by itself stands alone and is refused there.
pub(super) fn batches(units: Vec<Unit>) -> Vec<Vec<Unit>> {
    let mut batches: Vec<Vec<Unit>> = Vec::new();
    let mut size = 0;
    for unit in units {
        let more = unit.size();
        if let Some(batch) = batches.last_mut().filter(|_| size + more <= MAX_RECORDS) {
            batch.push(unit);
            size += more;
        } else {
            batches.push(vec![unit]);
            size = more;
        }
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::{Unit, batches};

    fn sizes(units: Vec<Unit>) -> Vec<usize> {
        batches(units).iter().map(Vec::len).collect()
    }

    #[test]
    fn no_batch_has_more_than_every_plan_takes() {
        let unit = |deletes: usize| Unit {
            deletes: vec!["1".to_owned(); deletes],
            ..Unit::default()
        };
        assert_eq!(sizes(vec![unit(3); 100]), [66, 34]);
        assert_eq!(sizes(vec![unit(1), unit(201), unit(1)]), [1, 1, 1]);
        assert_eq!(sizes(vec![unit(200), unit(1)]), [1, 1]);
        assert_eq!(sizes(vec![]), [0; 0]);
    }
}
