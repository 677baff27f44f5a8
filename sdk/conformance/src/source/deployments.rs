//! Where a commit runs: one deployment of it for each environment.

use maquette_host::kinds::source::{Deployment, Outcome as Going};
use maquette_host::{CallError, Source};

use super::KnownDeployment;
use super::bench::Bench;
use crate::faults::Action;
use crate::suite::{Failure, Outcome, keep};

fn deployment(bench: &Bench, outcome: Going) -> Result<Deployment, Failure> {
    Ok(Deployment {
        sha: bench.open(0)?.head_sha.clone(),
        environment: format!("preview/{}", bench.name()),
        outcome,
        url: Some("https://pr-1.preview.test".to_owned()),
        log_url: Some("https://maquette.test/log".to_owned()),
    })
}

async fn set(bench: &Bench, source: &Source, wanted: &Deployment) -> Result<(), CallError> {
    let call = bench.call();
    source
        .set_deployment(&call, bench.repository(), wanted)
        .await
}

/// The deployments of this environment at the forge.
async fn there(bench: &Bench, wanted: &Deployment) -> Result<Vec<KnownDeployment>, Failure> {
    let sha = wanted.sha.clone();
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
        it.outcome == wanted.outcome && it.url == wanted.url && it.log_url == wanted.log_url
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
        found.len() == 1 && found.iter().all(|it| it.outcome == Going::Success),
        "it was running and is done, and at the forge is {found:?}"
    );
    Ok(())
}

/// Nobody follows the link of what was taken down.
pub(super) async fn a_deployment_that_is_gone_is_said_to_be(bench: &Bench) -> Outcome {
    let mut wanted = deployment(bench, Going::Success)?;
    set(bench, &bench.source, &wanted).await?;
    wanted.outcome = Going::Inactive;
    set(bench, &bench.source, &wanted).await?;
    let found = there(bench, &wanted).await?;
    let left = found.iter().find(|it| it.outcome != Going::Inactive);
    keep!(
        left.is_none() && !found.is_empty(),
        "it is gone, and at the forge is {found:?}"
    );
    Ok(())
}
