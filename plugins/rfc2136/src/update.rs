//! Writes as one dynamic update: how everything has to be, and how it becomes. Pure.

use maquette_sdk::dns::batch::{Goal, Write};
use maquette_sdk::dns::message::{Update, rdata};
use maquette_sdk::dns::{Name, RecordType, side_mark, side_name};
use maquette_sdk::{Error, Result};

use crate::state::Raw;

/// One record set to be written.
pub(crate) type Planned = Write<Raw>;

/// Most octets of an update. A message has at most 65535 with its signature; servers are kinder to smaller ones.
const OCTETS: usize = 32_000;

const TYPES: [RecordType; 4] = [
    RecordType::A,
    RecordType::Aaaa,
    RecordType::Cname,
    RecordType::Txt,
];

/// Cuts writes, which are sorted by name, into portions that fit into an update each. All writes of one name stay together.
///
/// # Errors
/// [`Error::Invalid`] for a value that has no form on the wire.
pub(crate) fn portions<'a>(zone: &Name, writes: &'a [Planned]) -> Result<Vec<&'a [Planned]>> {
    let mut portions: Vec<&[Planned]> = Vec::new();
    let (mut start, mut size) = (0, 0);
    let mut end = 0;
    for group in writes.chunk_by(|one, other| one.key.name == other.key.name) {
        let more = update(zone, group)?.size();
        if end > start && size + more > OCTETS {
            portions.extend(writes.get(start..end));
            (start, size) = (end, 0);
        }
        size += more;
        end += group.len();
    }
    portions.extend(writes.get(start..end).filter(|rest| !rest.is_empty()));
    Ok(portions)
}

/// Where a portion is cut into two: between names, or within the only name.
pub(crate) fn middle(writes: &[Planned]) -> usize {
    let half = writes.len() / 2;
    let name = |position: usize| writes.get(position).map(|write| write.key.name.as_str());
    let between = |position: &usize| name(position.saturating_sub(1)) != name(*position);
    let after = (half..writes.len()).find(|position| *position > 0 && between(position));
    let before = (1..half).rev().find(between);
    after.or(before).unwrap_or(half)
}

/// The update that makes all of these writes or none.
///
/// # Errors
/// [`Error::Invalid`] for a value that has no form on the wire.
pub(crate) fn update(zone: &Name, writes: &[Planned]) -> Result<Update> {
    let mut update = Update::new(zone);
    for write in writes {
        require(&mut update, write, writes)?;
    }
    // What goes makes room first: updates are done in their order (RFC 2136, section 3.4.2).
    for write in writes {
        let (name, mark) = names(write)?;
        let raw = write.before.as_ref().map(|found| &found.raw);
        if raw.is_some_and(|raw| !raw.records.is_empty()) {
            update.remove(&name, write.key.kind);
        }
        if raw.is_some_and(|raw| !raw.marks.is_empty()) {
            update.remove(&mark, RecordType::Txt);
        }
    }
    for write in writes {
        add(&mut update, write)?;
    }
    Ok(update)
}

fn require(update: &mut Update, write: &Planned, all: &[Planned]) -> Result<()> {
    let (name, mark) = names(write)?;
    let raw = write.before.as_ref().map(|found| found.raw.clone());
    let raw = raw.unwrap_or_default();
    exactly(update, &name, write.key.kind, &raw.records);
    exactly(update, &mark, RecordType::Txt, &raw.marks);
    if write.goal == Goal::Gone {
        return Ok(());
    }
    // Servers leave out silently what an alias excludes (RFC 2136, section 3.4.2.2), so nothing of it may come meanwhile.
    let written = |kind: RecordType| {
        all.iter()
            .any(|other| other.key.name == write.key.name && other.key.kind == kind)
    };
    let mut others = TYPES.into_iter().filter(|kind| *kind != write.key.kind);
    if write.key.kind == RecordType::Cname {
        if raw.records.is_empty() && !others.clone().any(written) {
            update.require_unused(&name);
            return Ok(());
        }
        others
            .filter(|kind| !written(*kind))
            .for_each(|kind| update.require_absent(&name, kind));
    } else if others.any(|kind| kind == RecordType::Cname && !written(kind)) {
        update.require_absent(&name, RecordType::Cname);
    }
    Ok(())
}

fn exactly(update: &mut Update, name: &Name, kind: RecordType, records: &[Vec<u8>]) {
    if records.is_empty() {
        update.require_absent(name, kind);
    }
    for data in records {
        update.require_equal(name, kind, data);
    }
}

fn add(update: &mut Update, write: &Planned) -> Result<()> {
    let Goal::There { records, owner } = &write.goal else {
        return Ok(());
    };
    let (name, mark_name) = names(write)?;
    for value in &records.values {
        let data = rdata(records.kind, value)?;
        update.add(&name, records.kind, records.ttl, &data);
    }
    let mark = side_mark(&name, records.kind, owner, "records.name")?;
    for value in &mark.values {
        update.add(&mark_name, mark.kind, mark.ttl, &rdata(mark.kind, value)?);
    }
    Ok(())
}

/// The names of a record set and of its mark.
fn names(write: &Planned) -> Result<(Name, Name)> {
    let name: Name = write
        .key
        .name
        .parse()
        .map_err(|error| Error::invalid("records.name", format!("{error}")))?;
    let mark = side_name(&name, write.key.kind, "records.name")?;
    Ok((name, mark))
}

#[cfg(test)]
mod tests {
    use maquette_sdk::dns::RecordType;
    use maquette_sdk::dns::batch::{Goal, Key};

    use super::{Planned, middle, portions};

    fn gone(name: &str, kind: RecordType) -> Planned {
        Planned {
            key: Key::new(name, kind),
            before: None,
            goal: Goal::Gone,
        }
    }

    #[test]
    fn portions_hold_everything_once_and_never_part_a_name() {
        let writes: Vec<Planned> = (0..2000)
            .flat_map(|number| {
                let name = format!("n{number:04}.preview.test");
                [gone(&name, RecordType::A), gone(&name, RecordType::Aaaa)]
            })
            .collect();
        let zone = "preview.test".parse().unwrap();
        let portions = portions(&zone, &writes).unwrap();
        assert!(portions.len() > 1);
        assert_eq!(portions.concat(), writes);
        for portion in portions {
            assert!(super::update(&zone, portion).unwrap().size() <= 32_000);
            assert_eq!(portion.len() % 2, 0);
        }
    }

    #[test]
    fn a_portion_is_cut_between_names_where_it_has_several() {
        let a = |name: &str| gone(name, RecordType::A);
        let both = |name: &str| [a(name), gone(name, RecordType::Aaaa)];
        assert_eq!(middle(&[a("a.b"), a("b.b")]), 1);
        assert_eq!(middle(&both("a.b")), 1);
        assert_eq!(middle(&[both("a.b").as_slice(), &[a("c.b")]].concat()), 2);
        assert_eq!(middle(&[&[a("a.b")], both("c.b").as_slice()].concat()), 1);
    }
}
