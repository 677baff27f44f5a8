//! Listings are read to their end, and hold what was asked for.

use std::collections::BTreeSet;

use maquette_host::dns::Observed;

use super::bench::{Bench, create, key, told};
use crate::suite::{Failure, Outcome, keep};

/// One call observes more names than the provider lists at once.
pub(super) async fn many_names_are_observed_at_once(bench: &Bench) -> Outcome {
    let names = many(bench).await?;
    let found = bench.observe(&names).await?;
    all_once(&names, &found)
}

/// Following `next` to its end gives each record set once.
pub(super) async fn listings_are_read_to_their_end(bench: &Bench) -> Outcome {
    let names = many(bench).await?;
    let found = bench.list(&bench.prefix()).await?;
    all_once(&names, &found)
}

/// What another owns, or nobody, is not listed; what is listed carries its owner.
pub(super) async fn listings_hold_only_what_the_prefix_owns(bench: &Bench) -> Outcome {
    let (mine, other) = (bench.name("mine"), bench.name("other"));
    let prefix = bench.owner("shop/");
    let (owner, longer) = (format!("{prefix}web"), bench.owner("shopping/web"));
    bench.given(bench.a(&mine, "192.0.2.1"), &owner).await?;
    bench.given(bench.a(&other, "192.0.2.1"), &longer).await?;
    bench
        .given(bench.a(&bench.name("theirs"), "192.0.2.1"), &bench.theirs())
        .await?;
    let listed = bench.list(&prefix).await?;
    let owners: Vec<_> = listed
        .iter()
        .map(|found| (key(&found.records).0, found.owner.clone()))
        .collect();
    keep!(
        owners == [(mine, Some(owner))],
        "what `{prefix}` owns: {owners:?}"
    );
    Ok(())
}

/// Makes more record sets than one page holds; gives their names.
async fn many(bench: &Bench) -> Result<Vec<String>, Failure> {
    let names: Vec<String> = (0..bench.target.many)
        .map(|number| bench.name(&format!("n{number}")))
        .collect();
    let owned = |(number, name): (usize, &String)| {
        create(
            bench.a(name, "192.0.2.1"),
            &bench.owner(&number.to_string()),
        )
    };
    let changes: Vec<_> = names.iter().enumerate().map(owned).collect();
    // In batches that any provider takes: their size is not what is shown here.
    for batch in changes.chunks(10) {
        let outcomes = bench.apply(batch).await?;
        if let Some(refused) = outcomes.iter().find(|outcome| outcome.is_err()) {
            return Err(Failure::Broken(format!(
                "a creation returned {}",
                told(refused)
            )));
        }
    }
    Ok(names)
}

fn all_once(names: &[String], found: &[Observed]) -> Outcome {
    let listed: BTreeSet<String> = found.iter().map(|found| key(&found.records).0).collect();
    let missing = names.iter().filter(|name| !listed.contains(*name)).count();
    keep!(
        missing == 0,
        "{missing} of {} record sets are missing",
        names.len()
    );
    keep!(
        found.len() == names.len(),
        "{} entries for {} record sets",
        found.len(),
        names.len()
    );
    Ok(())
}
