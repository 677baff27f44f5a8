//! Where a commit runs: one deployment of it for each environment.

use maquette_host::kinds::source::{Deployment, Outcome as Going};
use maquette_host::{CallError, Source};

use super::KnownDeployment;
use super::bench::Bench;
use crate::faults::Action;
use crate::suite::{Failure, Outcome, keep};

fn deployment(bench: &Bench, outcome: Going) -> Result<Deployment, Failure> {
    Ok(Deployment {
        of: bench.subject()?,
        environment: format!("preview/{}", bench.name()),
        transient: true,
        production: false,
        outcome,
        description: "A deployment of the kit".to_owned(),
        url: Some("https://pr-1.preview.test".to_owned()),
        log_url: Some("https://maquette.test/log".to_owned()),
        known: None,
    })
}

async fn set(bench: &Bench, source: &Source, wanted: &Deployment) -> Result<String, CallError> {
    let call = bench.call();
    source
        .set_deployment(&call, bench.repository(), wanted)
        .await
}

/// The deployments of this environment at the forge.
async fn there(bench: &Bench, wanted: &Deployment) -> Result<Vec<KnownDeployment>, Failure> {
    let sha = wanted.of.sha.clone();
    let all = bench.by_hand(move |hand, repository| hand.deployments(repository, &sha));
    let mut all = all.await?;
    all.retain(|deployment| deployment.environment == wanted.environment);
    Ok(all)
}

/// Environment, outcome and addresses.
pub(super) async fn a_deployment_is_written_as_it_was_asked_for(bench: &Bench) -> Outcome {
    let wanted = deployment(bench, Going::Success)?;
    set(bench, &bench.source, &wanted).await?;
    let found = there(bench, &wanted).await?;
    let right = |it: &KnownDeployment| {
        it.active
            && it.outcome == Some(wanted.outcome)
            && it.url == wanted.url
            && it.log_url == wanted.log_url
    };
    keep!(
        found.iter().any(right),
        "{wanted:?} is {found:?} at the forge"
    );
    Ok(())
}

/// No request may change anything.
pub(super) async fn the_same_deployment_again_writes_nothing(bench: &Bench) -> Outcome {
    let wanted = deployment(bench, Going::Success)?;
    set(bench, &bench.source, &wanted).await?;
    let fronted = bench.place.fronted()?.source()?;
    bench.place.script.set(|_| Action::Forward);
    set(bench, &fronted, &wanted).await?;
    let writes = bench.place.writes();
    keep!(writes == 0, "{writes} requests may have changed something");
    Ok(())
}

/// What ran is done; nothing else is made for it.
pub(super) async fn a_deployment_goes_on_in_its_environment(bench: &Bench) -> Outcome {
    let mut wanted = deployment(bench, Going::Running)?;
    set(bench, &bench.source, &wanted).await?;
    wanted.outcome = Going::Success;
    set(bench, &bench.source, &wanted).await?;
    let found = there(bench, &wanted).await?;
    keep!(
        found.len() == 1 && found.iter().all(|it| it.outcome == Some(Going::Success)),
        "it was running and is done, and at the forge is {found:?}"
    );
    Ok(())
}

async fn remove(bench: &Bench, environment: &str) -> Result<(), CallError> {
    let (call, repository) = (bench.call(), bench.repository());
    bench
        .source
        .delete_deployment(&call, repository, environment, None)
        .await
}

/// Deleted, or known to run no more: no user follows its link.
pub(super) async fn a_deleted_deployment_runs_nowhere(bench: &Bench) -> Outcome {
    let wanted = deployment(bench, Going::Success)?;
    set(bench, &bench.source, &wanted).await?;
    remove(bench, &wanted.environment).await?;
    let found = there(bench, &wanted).await?;
    let left = found.iter().find(|it| it.active);
    keep!(
        left.is_none(),
        "it was deleted, and at the forge is {left:?}"
    );
    Ok(())
}

/// Deleting is idempotent.
pub(super) async fn deleting_a_deployment_that_is_absent_succeeds(bench: &Bench) -> Outcome {
    Ok(remove(bench, &format!("preview/{}", bench.name())).await?)
}
