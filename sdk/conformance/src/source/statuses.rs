//! How a commit is doing: said once, kept by its name.

use maquette_host::kinds::source::{Outcome as Going, Status};
use maquette_host::{CallError, Source};

use super::KnownStatus;
use super::bench::{Bench, is_not_found};
use super::references::unknown_object;
use crate::faults::Action;
use crate::suite::{Failure, Outcome, keep};

const PAGE: &str = "https://maquette.test/why";

/// A status of the first change's commit.
fn status(bench: &Bench, name: &str, outcome: Going) -> Result<Status, Failure> {
    Ok(Status {
        of: bench.subject()?,
        name: name.to_owned(),
        outcome,
        description: format!("{name} of the kit"),
        url: Some(PAGE.to_owned()),
    })
}

async fn set(bench: &Bench, source: &Source, status: &Status) -> Result<(), CallError> {
    let call = bench.call();
    source.set_status(&call, bench.repository(), status).await
}

/// The only one of this name at the forge.
async fn there(bench: &Bench, wanted: &Status) -> Result<KnownStatus, Failure> {
    let sha = wanted.of.sha.clone();
    let all = bench.by_hand(move |hand, repository| hand.statuses(repository, &sha));
    let mut named = all.await?;
    named.retain(|status| status.name == wanted.name);
    match named.as_slice() {
        [only] => Ok(only.clone()),
        several => Err(Failure::Broken(format!(
            "{} statuses have the name `{}`: {several:?}",
            several.len(),
            wanted.name
        ))),
    }
}

async fn is_there(bench: &Bench, wanted: &Status) -> Outcome {
    let found = there(bench, wanted).await?;
    let right = found.outcome == wanted.outcome
        && found.description == wanted.description
        && found.url == wanted.url;
    keep!(right, "{wanted:?} is {found:?} at the forge");
    Ok(())
}

/// Name, outcome, description and address.
pub(super) async fn a_status_is_written_as_it_was_asked_for(bench: &Bench) -> Outcome {
    let wanted = status(bench, &bench.name(), Going::Success)?;
    set(bench, &bench.source, &wanted).await?;
    is_there(bench, &wanted).await
}

/// No request may change anything.
pub(super) async fn the_same_status_again_writes_nothing(bench: &Bench) -> Outcome {
    let wanted = status(bench, &bench.name(), Going::Success)?;
    set(bench, &bench.source, &wanted).await?;
    let fronted = bench.place.fronted()?.source()?;
    bench.place.script.set(|_| Action::Forward);
    set(bench, &fronted, &wanted).await?;
    let writes = bench.place.writes();
    keep!(writes == 0, "{writes} requests may have changed something");
    Ok(())
}

/// One of each name is kept: the last.
pub(super) async fn a_status_is_replaced_by_the_next_of_its_name(bench: &Bench) -> Outcome {
    let name = bench.name();
    for outcome in [Going::Pending, Going::Success] {
        let wanted = status(bench, &name, outcome)?;
        set(bench, &bench.source, &wanted).await?;
        let found = there(bench, &wanted).await?.outcome;
        keep!(
            found == outcome,
            "the status `{name}` was set to {outcome:?} and is {found:?}"
        );
    }
    Ok(())
}

/// Whoever else says something about the commit.
pub(super) async fn statuses_of_other_names_stay(bench: &Bench) -> Outcome {
    let first = status(bench, &bench.name(), Going::Success)?;
    set(bench, &bench.source, &first).await?;
    let second = status(bench, &bench.name(), Going::Failure)?;
    set(bench, &bench.source, &second).await?;
    let found = there(bench, &first).await?.outcome;
    keep!(
        found == Going::Success,
        "after `{}` was set, `{}` is {found:?}",
        second.name,
        first.name
    );
    Ok(())
}

/// As much as the interface allows, also where a character has several octets.
pub(super) async fn a_description_of_140_characters_is_kept(bench: &Bench) -> Outcome {
    let mut wanted = status(bench, &bench.name(), Going::Success)?;
    wanted.description = "ü".repeat(140);
    set(bench, &bench.source, &wanted).await?;
    let found = there(bench, &wanted).await?.description;
    keep!(
        found == wanted.description,
        "140 characters became {}: `{found}`",
        found.chars().count()
    );
    Ok(())
}

/// Whoever waits for a change to be ready has to know.
pub(super) async fn waiting_done_and_failed_are_told_apart(bench: &Bench) -> Outcome {
    for outcome in [Going::Pending, Going::Success, Going::Failure] {
        let wanted = status(bench, &bench.name(), outcome)?;
        set(bench, &bench.source, &wanted).await?;
        let found = there(bench, &wanted).await?.outcome;
        keep!(found == outcome, "{outcome:?} is {found:?} at the forge");
    }
    Ok(())
}

/// Nothing that is there is said about it.
pub(super) async fn a_status_of_an_unknown_commit_is_not_found(bench: &Bench) -> Outcome {
    let mut wanted = status(bench, &bench.name(), Going::Success)?;
    wanted.of.sha = unknown_object(bench);
    let answer = set(bench, &bench.source, &wanted).await;
    keep!(is_not_found(&answer), "set-status returned {answer:?}");
    Ok(())
}
