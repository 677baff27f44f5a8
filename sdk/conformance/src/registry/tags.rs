//! Listings of tags are read to their end, name every tag once, and tell an empty repository from none.

use std::collections::BTreeSet;

use super::bench::{Bench, is_not_found, set};
use crate::suite::{Failure, Outcome, keep};

/// Following `next` to its end gives all tags and no others.
pub(super) async fn tags_are_listed_to_their_end(bench: &Bench) -> Outcome {
    let found = set(&bench.tags().await?);
    let missing: Vec<_> = bench.target.tags.difference(&found).take(3).collect();
    let strange: Vec<_> = found.difference(&bench.target.tags).take(3).collect();
    keep!(
        missing.is_empty() && strange.is_empty(),
        "{} of {} tags are listed; missing are {missing:?}, and {strange:?} are not there",
        found.len(),
        bench.target.tags.len()
    );
    Ok(())
}

/// No tag is in two pages.
pub(super) async fn every_tag_is_named_once(bench: &Bench) -> Outcome {
    let found = bench.tags().await?;
    let mut seen = BTreeSet::new();
    let twice: Vec<_> = found.iter().filter(|tag| !seen.insert(*tag)).collect();
    keep!(twice.is_empty(), "{twice:?} are listed more than once");
    Ok(())
}

/// Digests and the number of tags, where the listing has them. A few tags stand for all.
pub(super) async fn the_facts_of_a_listing_are_true(bench: &Bench) -> Outcome {
    let (tags, totals) = bench.listing().await?;
    let count = u64::try_from(tags.len()).unwrap_or(u64::MAX);
    keep!(
        totals.iter().all(|total| *total == count),
        "the pages count {totals:?} tags, and there are {count}"
    );
    let known = tags
        .iter()
        .filter_map(|tag| Some((tag, tag.digest.as_ref()?)));
    for (tag, listed) in known.take(3) {
        let found = bench.resolve(&tag.name).await?.digest;
        keep!(
            found == *listed,
            "`{}` is {found}, and the listing says {listed}",
            tag.name
        );
    }
    Ok(())
}

/// A repository that does not exist is not an empty one.
pub(super) async fn an_unknown_repository_is_not_found(bench: &Bench) -> Outcome {
    let nowhere = beside(&bench.target.repository, &bench.place.run)?;
    let listed = bench
        .registry
        .list_tags(&bench.call(), &nowhere, None)
        .await;
    keep!(is_not_found(&listed), "list-tags of it returned {listed:?}");
    let tag = &bench.target.image.tag;
    let resolved = bench.registry.resolve(&bench.call(), &nowhere, tag).await;
    keep!(
        is_not_found(&resolved),
        "resolve of it returned {resolved:?}"
    );
    Ok(())
}

/// A repository of the same registry that nobody made.
fn beside(repository: &str, run: &str) -> Result<String, Failure> {
    if repository.is_empty() {
        return Err(Failure::NotShown(
            "the subject names no repository".to_owned(),
        ));
    }
    Ok(format!("{repository}-not-{run}"))
}
