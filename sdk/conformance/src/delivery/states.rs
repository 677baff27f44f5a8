//! How an application is, by what the engine found.

use maquette_host::kinds::delivery::Health;

use super::bench::Bench;
use crate::suite::{Failure, Outcome, keep};

async fn is(bench: &Bench, health: Health) -> Outcome {
    let app = Bench::app();
    let cluster = bench.found(&app, health).await?;
    let found = bench.assess(&app, &cluster.objects()).await?;
    keep!(
        found.health == health,
        "it is {:?} ({}: {})",
        found.health,
        found.reason,
        found.message
    );
    Ok(())
}

/// Every object is what it shall be.
pub(super) async fn what_the_engine_finds_healthy_is_healthy(bench: &Bench) -> Outcome {
    is(bench, Health::Healthy).await
}

/// It looked at them, and they are becoming it.
pub(super) async fn what_the_engine_still_works_on_is_progressing(bench: &Bench) -> Outcome {
    is(bench, Health::Progressing).await
}

/// It needs help.
pub(super) async fn what_the_engine_cannot_bring_about_is_degraded(bench: &Bench) -> Outcome {
    is(bench, Health::Degraded).await
}

/// Nobody has to help.
pub(super) async fn what_was_stopped_on_purpose_is_suspended(bench: &Bench) -> Outcome {
    is(bench, Health::Suspended).await
}

/// It does not reach the cluster, for example: neither well nor in need of help.
pub(super) async fn what_the_engine_cannot_tell_is_unknown(bench: &Bench) -> Outcome {
    is(bench, Health::Unknown).await
}

/// Whichever of its objects it is, and however well the others are.
pub(super) async fn one_object_that_is_not_well_keeps_the_application_from_being_healthy(
    bench: &Bench,
) -> Outcome {
    let app = Bench::app();
    for health in [Health::Degraded, Health::Progressing] {
        let engine = bench.engine_that_finds(health)?;
        let well = bench.found(&app, Health::Healthy).await?;
        for key in well.identities() {
            let mut cluster = well.clone();
            if !cluster.found_one(engine, &key, health) {
                continue;
            }
            let found = bench.assess(&app, &cluster.objects()).await?;
            keep!(
                found.health != Health::Healthy,
                "it is healthy while {} is {health:?}",
                key.join("/")
            );
        }
    }
    Ok(())
}

/// Of a healthy application, as the engine says.
pub(super) async fn the_revision_that_runs_is_told(bench: &Bench) -> Outcome {
    let Some(wanted) = bench.engine()?.revision.clone() else {
        let why =
            "`engine` names no `revision`; declare the rule unsupported if the engine tells none";
        return Err(Failure::NotShown(why.to_owned()));
    };
    let app = Bench::app();
    let cluster = bench.found(&app, Health::Healthy).await?;
    let found = bench.assess(&app, &cluster.objects()).await?;
    keep!(
        found.revision.as_ref() == Some(&wanted),
        "the revision `{wanted}` runs, and {:?} is told",
        found.revision
    );
    Ok(())
}
