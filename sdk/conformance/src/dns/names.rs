//! Names are absolute, lower case, without the final dot.

use super::bench::{Bench, canonical};
use crate::suite::{Outcome, keep};

/// `zones` lists the zone, by its canonical name and with an identifier.
pub(super) async fn zones_have_canonical_names(bench: &Bench) -> Outcome {
    let zones = bench
        .dns
        .zones(&bench.place.call(&bench.intention()))
        .await?;
    let odd = zones
        .iter()
        .find(|zone| zone.name != canonical(&zone.name) || zone.id.is_empty());
    keep!(odd.is_none(), "zones() returns {odd:?}");
    let zone = &bench.target.zone;
    keep!(
        zones.iter().any(|found| found.name == *zone),
        "zones() does not list {zone}, but {zones:?}"
    );
    Ok(())
}

/// However a name was written when it was created, it is listed canonically.
pub(super) async fn listed_names_are_canonical(bench: &Bench) -> Outcome {
    let name = bench.name("a");
    bench
        .given(bench.a(&name, "192.0.2.1"), &bench.ours())
        .await?;
    let listed = bench.list(&bench.prefix()).await?;
    keep!(!listed.is_empty(), "what was created is not listed");
    for observed in listed {
        let found = observed.records.name;
        keep!(
            found == canonical(&found),
            "list-owned returns the name `{found}`"
        );
    }
    Ok(())
}

/// `observe` has no entry for what is not there.
pub(super) async fn names_without_records_are_left_out(bench: &Bench) -> Outcome {
    let (there, absent) = (bench.name("there"), bench.name("absent"));
    bench
        .given(bench.a(&there, "192.0.2.1"), &bench.ours())
        .await?;
    let observed = bench.observe(&[absent.clone(), there.clone()]).await?;
    let odd = observed
        .iter()
        .find(|observed| canonical(&observed.records.name) == absent);
    keep!(
        odd.is_none(),
        "observe returns {odd:?} for a name without anything"
    );
    let many = observed.len();
    keep!(
        many == 1,
        "observe returns {many} record sets where there is one"
    );
    Ok(())
}
