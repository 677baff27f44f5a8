//! What is wrong with the registry or the way to it becomes the error that says what to do.

use std::time::Duration;

use maquette_host::kinds::registry::Image;
use maquette_host::{CallError, PluginError, Registry};

use super::bench::{Bench, digest};
use crate::faults::{Action, Answer};
use crate::suite::{Outcome, keep};

/// Time for a call that nobody answers.
const IMPATIENCE: Duration = Duration::from_millis(2_500);

async fn look(bench: &Bench, registry: &Registry) -> Result<Image, CallError> {
    let (repository, tag) = (&bench.target.repository, &bench.target.image.tag);
    registry.resolve(&bench.call(), repository, tag).await
}

/// No request of any function may change anything.
pub(super) async fn reading_a_registry_writes_nothing(bench: &Bench) -> Outcome {
    let fronted = bench.place.fronted()?.registry()?;
    bench.place.script.set(|_| Action::Forward);
    look(bench, &fronted).await?;
    let repository = &bench.target.repository;
    fronted.list_tags(&bench.call(), repository, None).await?;
    let subject = digest(&bench.target.image.digest)?;
    fronted
        .list_referrers(&bench.call(), repository, &subject, None, None)
        .await?;
    let writes = bench.place.writes();
    keep!(writes == 0, "{writes} requests may have changed something");
    Ok(())
}

/// Listing and resolving with a wrong credential.
pub(super) async fn a_wrong_login_is_unauthorized(bench: &Bench) -> Outcome {
    let wrong = bench.place.wrong()?.registry()?;
    let unauthorized = |error: Option<CallError>| {
        matches!(error, Some(CallError::Plugin(PluginError::Unauthorized(_))))
    };
    let resolved = look(bench, &wrong).await;
    let told = format!("{resolved:?}");
    keep!(unauthorized(resolved.err()), "resolve returned {told}");
    let listed = wrong
        .list_tags(&bench.call(), &bench.target.repository, None)
        .await;
    let told = format!("{listed:?}");
    keep!(unauthorized(listed.err()), "list-tags returned {told}");
    Ok(())
}

/// Nobody listens at its address.
pub(super) async fn a_registry_that_is_down_is_a_passing_fault(bench: &Bench) -> Outcome {
    let found = look(bench, &bench.place.down()?.registry()?).await;
    keep!(is_passing(&found), "resolve returned {found:?}");
    Ok(())
}

/// It answers 500.
pub(super) async fn a_registry_that_fails_is_a_passing_fault(bench: &Bench) -> Outcome {
    let script = &bench.place.script;
    script.set(|_| Action::Answer(Answer::new(500, "out of order")));
    let found = look(bench, &bench.place.fronted()?.registry()?).await;
    keep!(is_passing(&found), "resolve returned {found:?}");
    Ok(())
}

/// It takes the request and never answers: the plugin says so before the host ends the call.
pub(super) async fn a_registry_that_hangs_is_reported_in_time(bench: &Bench) -> Outcome {
    let fronted = bench.place.fronted()?.registry()?;
    bench.place.script.set(|_| Action::Hang);
    let call = bench.place.call_within("registry-hangs", IMPATIENCE);
    let (repository, tag) = (&bench.target.repository, &bench.target.image.tag);
    let found = fronted.resolve(&call, repository, tag).await;
    keep!(is_passing(&found), "resolve returned {found:?}");
    Ok(())
}

/// It asks to wait: the plugin passes on how long.
pub(super) async fn too_many_pulls_are_reported_with_the_time_to_wait(bench: &Bench) -> Outcome {
    let (fronted, answer) = (
        bench.place.fronted()?.registry()?,
        bench.place.too_many.clone(),
    );
    let wanted = answer.wait();
    let script = &bench.place.script;
    script.set(move |_| Action::Answer(answer.clone()));
    let found = look(bench, &fronted).await;
    let right = match &found {
        Err(CallError::Plugin(PluginError::RateLimited(time))) => {
            wanted.is_none_or(|wanted| *time == wanted)
        }
        _ => false,
    };
    keep!(
        right,
        "asked to wait {wanted:?}, resolve returned {found:?}"
    );
    Ok(())
}

fn is_passing<T>(answer: &Result<T, CallError>) -> bool {
    matches!(
        answer,
        Err(CallError::Plugin(PluginError::Transient { .. }))
    )
}
