//! What refers to an image.

use std::collections::BTreeSet;

use maquette_host::kinds::registry::Referrer;

use super::KnownReferrer;
use super::bench::{Bench, is_not_found, unknown_digest};
use crate::suite::{Failure, Outcome, keep};

/// Following `next` to its end gives everything that refers to the image, each once and with its type.
pub(super) async fn referrers_are_listed_to_their_end(bench: &Bench) -> Outcome {
    let listed = bench.referrers(&bench.target.image.digest, None).await?;
    let found: BTreeSet<KnownReferrer> = listed.iter().map(known).collect();
    keep!(
        found == bench.target.referrers && listed.len() == found.len(),
        "{} entries; missing are {:?}, and {:?} do not refer to it",
        listed.len(),
        bench
            .target
            .referrers
            .difference(&found)
            .take(3)
            .collect::<Vec<_>>(),
        found
            .difference(&bench.target.referrers)
            .take(3)
            .collect::<Vec<_>>()
    );
    Ok(())
}

/// Also where the registry does not filter.
pub(super) async fn referrers_are_filtered_by_their_type(bench: &Bench) -> Outcome {
    let all = &bench.target.referrers;
    let types: BTreeSet<&String> = all.iter().map(|referrer| &referrer.artifact_type).collect();
    if types.len() < 2 {
        let why = "the subject's referrers are not of two types";
        return Err(Failure::NotShown(why.to_owned()));
    }
    for wanted in types {
        let listed = bench
            .referrers(&bench.target.image.digest, Some(wanted))
            .await?;
        let found: BTreeSet<KnownReferrer> = listed.iter().map(known).collect();
        let expected = all
            .iter()
            .filter(|referrer| referrer.artifact_type == *wanted);
        let expected: BTreeSet<KnownReferrer> = expected.cloned().collect();
        keep!(
            found == expected,
            "{} are of the type {wanted}, and {} were listed",
            expected.len(),
            found.len()
        );
    }
    Ok(())
}

/// Of what is there, and of what nobody knows: registries do not tell these apart.
pub(super) async fn what_nothing_refers_to_has_no_referrers(bench: &Bench) -> Outcome {
    let of_index = bench.referrers(&bench.target.index.digest, None).await?;
    keep!(
        of_index.is_empty(),
        "nothing refers to the index, and listed were {of_index:?}"
    );
    let (call, unknown) = (bench.call(), unknown_digest(&bench.place.run));
    let repository = &bench.target.repository;
    let listed = bench
        .registry
        .list_referrers(&call, repository, &unknown, None, None)
        .await;
    let empty = listed.as_ref().is_ok_and(|page| page.items.is_empty());
    keep!(
        empty || is_not_found(&listed),
        "of an unknown digest list-referrers returned {listed:?}"
    );
    Ok(())
}

fn known(referrer: &Referrer) -> KnownReferrer {
    KnownReferrer {
        digest: referrer.digest.clone(),
        artifact_type: referrer.artifact_type.clone().unwrap_or_default(),
    }
}
