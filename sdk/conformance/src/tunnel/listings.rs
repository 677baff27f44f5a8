//! Listings are read to their end and by the beginning of the owner.

use std::collections::BTreeSet;

use super::bench::Bench;
use crate::suite::{Outcome, keep};

/// More tunnels than fit on one page.
pub(super) async fn tunnels_are_listed_to_their_end(bench: &Bench) -> Outcome {
    let Some(made) = bench.keep(&bench.two()).await? else {
        return Ok(());
    };
    let mut names = BTreeSet::from([made.spec.name]);
    for _ in 1..bench.target.many {
        let more = bench.make(bench.spec(&bench.ours(), &[])).await?;
        names.insert(more.spec.name);
    }
    let listed = bench.list(&bench.ours()).await?;
    let found: BTreeSet<_> = listed.iter().map(|seen| seen.name.clone()).collect();
    let missing: Vec<_> = names.difference(&found).take(3).collect();
    keep!(
        missing.is_empty() && listed.len() == found.len(),
        "{} of {} tunnels are listed, in {} entries; missing are {missing:?}",
        found.len(),
        names.len(),
        listed.len()
    );
    Ok(())
}

/// Those of all that belongs to an installation, and of one owner alone.
pub(super) async fn tunnels_are_found_by_the_beginning_of_their_owner(bench: &Bench) -> Outcome {
    let Some(ours) = bench.keep(&bench.two()).await? else {
        return Ok(());
    };
    let theirs = bench.make(bench.spec(&bench.theirs(), &[])).await?;
    let ids = |all: Vec<maquette_host::kinds::tunnel::Observed>| -> BTreeSet<String> {
        all.into_iter().map(|seen| seen.id).collect()
    };
    let both = ids(bench.list(&bench.prefix()).await?);
    let all = BTreeSet::from([ours.first.id.clone(), theirs.first.id]);
    keep!(both == all, "of {all:?} are listed {both:?}");
    let one = ids(bench.list(&bench.ours()).await?);
    keep!(
        one == BTreeSet::from([ours.first.id]),
        "of one owner are listed {one:?}"
    );
    Ok(())
}
