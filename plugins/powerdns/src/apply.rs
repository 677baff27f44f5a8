//! Reads, decides, writes and confirms one batch.

use maquette_sdk::dns::{Change, Name};
use maquette_sdk::{Error, Result};

use crate::api::{Api, PatchError};
use crate::confirm::confirm;
use crate::decide::{Checked, Write, check, decide};
use crate::state::State;

/// Makes the changes: one read, at most one write and one read to confirm it. Only a batch that the server refuses
/// takes more writes, to find out which change it is.
pub(crate) fn apply(api: &Api<'_>, zone: &Name, changes: &[Change]) -> Result<Vec<Result<String>>> {
    let checked: Vec<Result<Checked>> = changes.iter().map(|change| check(zone, change)).collect();
    let names = names(checked.iter().flatten());
    let before = if names.is_empty() {
        State::default()
    } else {
        api.read(zone, &names)?
    };
    let plan = decide(before, &checked);
    if plan.writes.is_empty() {
        return Ok(confirm(&plan, &[], &Ok(State::default())));
    }
    let mut sent = Vec::with_capacity(plan.writes.len());
    write(api, zone, &plan.writes, &mut sent);
    let after = if sent.iter().any(is_open) {
        api.read(zone, &names)
    } else {
        Ok(State::default())
    };
    Ok(confirm(&plan, &sent, &after))
}

fn names<'a>(changes: impl Iterator<Item = &'a Checked>) -> Vec<Name> {
    let mut names: Vec<Name> = changes
        .filter_map(|change| change.name().parse().ok())
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Whether only the zone can tell what became of a write.
fn is_open(sent: &Result<()>) -> bool {
    sent.as_ref().err().is_none_or(Error::is_passing)
}

/// Writes all at once. The server refuses a request as a whole for one bad record set, so what is refused is halved
/// until the culprit stands alone and the others are written.
fn write(api: &Api<'_>, zone: &Name, writes: &[Write], sent: &mut Vec<Result<()>>) {
    if let Some(Err(error)) = sent
        .last()
        .filter(|last| last.as_ref().err().is_some_and(Error::is_passing))
    {
        // The server is in trouble: it is not asked again in this call.
        let error = error.clone();
        sent.extend(writes.iter().map(|_| Err(error.clone())));
        return;
    }
    match api.patch(zone, writes.iter().map(|write| &write.change).collect()) {
        Ok(()) => sent.extend(writes.iter().map(|_| Ok(()))),
        Err(PatchError::Failed(error)) => sent.extend(writes.iter().map(|_| Err(error.clone()))),
        Err(PatchError::Refused(why)) if writes.len() < 2 => sent.push(Err(refused(&why))),
        Err(PatchError::Refused(_)) => {
            let (first, second) = writes.split_at(writes.len() / 2);
            write(api, zone, first, sent);
            write(api, zone, second, sent);
        }
    }
}

/// What a refusal of one record set means. The texts are those of PowerDNS 4.7 (`ws-auth.cc`, `patchZone`).
fn refused(why: &str) -> Error {
    if why.contains("Conflicts with pre-existing RRset")
        || why.contains("Conflicts with another RRset")
    {
        Error::conflict(None)
    } else {
        Error::invalid("records", format!("PowerDNS does not accept it: {why}"))
    }
}
