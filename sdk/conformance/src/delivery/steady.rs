//! Assessments depend on the objects alone, and always say something.

use maquette_host::kinds::delivery::Health;

use super::bench::Bench;
use super::engine::knows;
use crate::suite::{Outcome, keep};
use crate::texts::is_camel_case;

/// To the letter, in every attempt.
pub(super) async fn the_same_objects_give_the_same_assessment(bench: &Bench) -> Outcome {
    let app = Bench::app();
    let objects = bench.found(&app, Health::Healthy).await?.objects();
    let first = bench.assess(&app, &objects).await?;
    for _ in 0..3 {
        let again = bench.assess(&app, &objects).await?;
        keep!(first == again, "assessed as {first:?} and as {again:?}");
    }
    Ok(())
}

/// Whichever comes first.
pub(super) async fn the_order_of_objects_changes_nothing(bench: &Bench) -> Outcome {
    let app = Bench::app();
    let mut objects = bench.found(&app, Health::Healthy).await?.objects();
    let first = bench.assess(&app, &objects).await?;
    objects.reverse();
    let again = bench.assess(&app, &objects).await?;
    let of = |found: &maquette_host::kinds::delivery::Assessment| {
        (found.health, found.reason.clone(), found.revision.clone())
    };
    keep!(
        of(&first) == of(&again),
        "it is {first:?}, and {again:?} in another order"
    );
    Ok(())
}

/// However it is.
pub(super) async fn every_assessment_has_a_reason_in_camel_case_and_a_message(
    bench: &Bench,
) -> Outcome {
    let app = Bench::app();
    let mut all = vec![Vec::new(), bench.applied(&app).await?.objects()];
    let states = [
        Health::Healthy,
        Health::Progressing,
        Health::Degraded,
        Health::Suspended,
        Health::Unknown,
    ];
    for health in states {
        if knows(bench.engine()?, health) {
            all.push(bench.found(&app, health).await?.objects());
        }
    }
    for objects in all {
        let found = bench.assess(&app, &objects).await?;
        keep!(
            is_camel_case(&found.reason),
            "the reason `{}` is not in CamelCase",
            found.reason
        );
        keep!(
            !found.message.trim().is_empty(),
            "`{}` has no message",
            found.reason
        );
    }
    Ok(())
}

/// No request, whatever the Provider grants.
pub(super) async fn assessing_asks_nobody(bench: &Bench) -> Outcome {
    let Some(provider) = bench.place.watched()? else {
        return Ok(());
    };
    bench.place.script.set(|_| crate::faults::Action::Forward);
    let (call, app) = (bench.call(), Bench::app());
    provider.delivery()?.assess(&call, &app, &[]).await?;
    let asked = bench.place.script.seen();
    keep!(asked.is_empty(), "it sent {asked:?}");
    Ok(())
}
