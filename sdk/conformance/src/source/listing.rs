//! Listings are read to their end, name every open change once, and cost little.

use std::collections::BTreeSet;

use maquette_host::kinds::source::{Change, State};

use super::KnownChange;
use super::bench::{Bench, everything, is_not_found};
use crate::faults::Action;
use crate::suite::{Outcome, keep};

/// Following `next` to its end misses none.
pub(super) async fn changes_are_listed_to_their_end(bench: &Bench) -> Outcome {
    let listed = bench.list(&everything()).await?;
    let found: BTreeSet<&str> = listed.iter().map(|change| change.id.as_str()).collect();
    let open = bench.target.open.iter().map(|change| change.id.as_str());
    let missing: Vec<_> = open.filter(|id| !found.contains(id)).collect();
    keep!(
        missing.is_empty(),
        "{} of {} changes are listed; missing are {missing:?}",
        found.len(),
        bench.target.open.len()
    );
    Ok(())
}

/// No change is in two pages.
pub(super) async fn every_change_is_listed_once(bench: &Bench) -> Outcome {
    let listed = bench.list(&everything()).await?;
    let mut seen = BTreeSet::new();
    let twice = listed.iter().filter(|change| !seen.insert(&change.id));
    let twice: Vec<_> = twice.map(|change| &change.id).collect();
    keep!(twice.is_empty(), "{twice:?} are listed more than once");
    Ok(())
}

/// No change request that is closed, and none that is not there.
pub(super) async fn only_open_changes_are_listed(bench: &Bench) -> Outcome {
    let listed = bench.list(&everything()).await?;
    let is_open = |id: &String| bench.target.open.iter().any(|known| known.id == *id);
    let ids = listed.iter().map(|change| &change.id);
    let strange: Vec<_> = ids.filter(|id| !is_open(id)).collect();
    keep!(strange.is_empty(), "{strange:?} are listed and not open");
    Ok(())
}

/// Commit, its ref, address, whether it is a draft, and the state.
pub(super) async fn listed_changes_are_as_the_forge_has_them(bench: &Bench) -> Outcome {
    for found in bench.list(&everything()).await? {
        if let Some(known) = known(bench, &found.id) {
            as_known(&found, known, State::Open)?;
        }
    }
    Ok(())
}

/// One page of many changes is not paid with a request for each.
pub(super) async fn a_listing_does_not_ask_for_every_change_alone(bench: &Bench) -> Outcome {
    let fronted = bench.place.fronted()?.source()?;
    bench.place.script.set(|_| Action::Forward);
    let page = fronted
        .list_changes(&bench.call(), bench.repository(), &everything(), None)
        .await?;
    let (items, asked) = (page.items.len(), bench.place.script.seen().len());
    keep!(
        items < 5 || asked < items,
        "a page of {items} changes took {asked} requests"
    );
    Ok(())
}

/// It is not an empty one.
pub(super) async fn an_unknown_repository_has_no_changes_but_an_error(bench: &Bench) -> Outcome {
    let nowhere = format!("{}-not-{}", bench.repository(), bench.place.run);
    let (call, all) = (bench.call(), everything());
    let listed = bench.source.list_changes(&call, &nowhere, &all, None).await;
    keep!(
        is_not_found(&listed),
        "list-changes of it returned {listed:?}"
    );
    Ok(())
}

pub(super) fn known<'a>(bench: &'a Bench, id: &str) -> Option<&'a KnownChange> {
    bench.target.open.iter().find(|known| known.id == id)
}

/// What is no text in a change.
pub(super) fn as_known(found: &Change, known: &KnownChange, state: State) -> Outcome {
    let expected = (
        &known.head_sha,
        &known.head_ref,
        &known.url,
        known.draft,
        state,
    );
    let is = (
        &found.head_sha,
        &found.head_ref,
        &found.url,
        found.draft,
        found.state,
    );
    keep!(
        is == expected,
        "of the change {} commit, ref, address, draft and state are {expected:?}, and were given as {is:?}",
        known.id
    );
    Ok(())
}
