//! What is wrong with the forge or the way to it becomes the error that says what to do.

use std::time::Duration;

use maquette_host::kinds::source::Change;
use maquette_host::{CallError, PluginError, Source};

use super::bench::{Bench, everything, is_unauthorized};
use crate::faults::{Action, Answer};
use crate::suite::{Outcome, keep};

/// Time for a call that nobody answers.
const IMPATIENCE: Duration = Duration::from_millis(2_500);
/// How long a forge that is being worked on wants to be left alone.
const BACK_IN: Duration = Duration::from_secs(75);

async fn look(bench: &Bench, source: &Source) -> Result<Change, CallError> {
    let id = bench.target.open.first().map_or("1", |known| &known.id);
    let call = bench.call();
    source.get_change(&call, bench.repository(), id).await
}

fn is_passing<T>(answer: &Result<T, CallError>) -> bool {
    matches!(
        answer,
        Err(CallError::Plugin(PluginError::Transient { .. }))
    )
}

/// Neither listing nor looking nor resolving.
pub(super) async fn reading_a_forge_writes_nothing(bench: &Bench) -> Outcome {
    let fronted = bench.place.fronted()?.source()?;
    bench.place.script.set(|_| Action::Forward);
    let (repository, known) = (bench.repository(), bench.open(0)?);
    look(bench, &fronted).await?;
    fronted
        .list_changes(&bench.call(), repository, &everything(), None)
        .await?;
    fronted
        .resolve(&bench.call(), repository, &known.head_sha)
        .await?;
    let writes = bench.place.writes();
    keep!(writes == 0, "{writes} requests may have changed something");
    Ok(())
}

/// Reading and writing.
pub(super) async fn a_wrong_credential_for_a_forge_is_unauthorized(bench: &Bench) -> Outcome {
    let wrong = bench.place.wrong()?.source()?;
    let seen = look(bench, &wrong).await;
    keep!(is_unauthorized(&seen), "get-change returned {seen:?}");
    let (change, marker) = (&bench.open(0)?.id, bench.name());
    let said = bench.upsert(&wrong, change, &marker, "Ready.").await;
    keep!(is_unauthorized(&said), "upsert-comment returned {said:?}");
    Ok(())
}

/// The credential is right and lacks a permission: 403.
pub(super) async fn what_a_forge_does_not_allow_is_forbidden(bench: &Bench) -> Outcome {
    let fronted = bench.place.fronted()?.source()?;
    let refusal = Answer::new(403, r#"{"message": "the token lacks a scope"}"#);
    let script = &bench.place.script;
    script.set(move |_| Action::Answer(refusal.clone()));
    let seen = look(bench, &fronted).await;
    keep!(
        matches!(seen, Err(CallError::Plugin(PluginError::Forbidden(_)))),
        "get-change returned {seen:?}"
    );
    Ok(())
}

/// Nobody listens at its address.
pub(super) async fn a_forge_that_is_down_is_a_passing_fault(bench: &Bench) -> Outcome {
    let seen = look(bench, &bench.place.down()?.source()?).await;
    keep!(is_passing(&seen), "get-change returned {seen:?}");
    Ok(())
}

/// It answers 500.
pub(super) async fn a_forge_that_fails_is_a_passing_fault(bench: &Bench) -> Outcome {
    let script = &bench.place.script;
    script.set(|_| Action::Answer(Answer::new(500, "out of order")));
    let seen = look(bench, &bench.place.fronted()?.source()?).await;
    keep!(is_passing(&seen), "get-change returned {seen:?}");
    Ok(())
}

/// It takes the request and never answers: the plugin says so before the host ends the call.
pub(super) async fn a_forge_that_hangs_is_reported_in_time(bench: &Bench) -> Outcome {
    let fronted = bench.place.fronted()?.source()?;
    bench.place.script.set(|_| Action::Hang);
    let call = bench.place.call_within("source-hangs", IMPATIENCE);
    let id = &bench.open(0)?.id;
    let seen = fronted.get_change(&call, bench.repository(), id).await;
    keep!(is_passing(&seen), "get-change returned {seen:?}");
    Ok(())
}

/// 503 with `Retry-After`: the plugin passes on how long.
pub(super) async fn a_forge_that_names_a_time_to_come_back_is_reported_with_it(
    bench: &Bench,
) -> Outcome {
    let fronted = bench.late.fronted()?.source()?;
    let seconds = BACK_IN.as_secs().to_string();
    let answer = Answer::new(503, "maintenance").with_header("Retry-After", &seconds);
    let script = &bench.late.script;
    script.set(move |_| Action::Answer(answer.clone()));
    let seen = look(bench, &fronted).await;
    let right = matches!(
        &seen,
        Err(CallError::Plugin(PluginError::Transient { retry_after: Some(time), .. })) if *time == BACK_IN
    );
    keep!(
        right,
        "asked to wait {BACK_IN:?}, get-change returned {seen:?}"
    );
    Ok(())
}

/// It asks to wait: the plugin passes on how long.
pub(super) async fn too_many_forge_requests_are_reported_with_the_time_to_wait(
    bench: &Bench,
) -> Outcome {
    let fronted = bench.place.fronted()?.source()?;
    let answer = bench.place.too_many.clone();
    let wanted = answer.wait();
    let script = &bench.place.script;
    script.set(move |_| Action::Answer(answer.clone()));
    let seen = look(bench, &fronted).await;
    let right = match &seen {
        Err(CallError::Plugin(PluginError::RateLimited(time))) => {
            wanted.is_none_or(|wanted| *time == wanted)
        }
        _ => false,
    };
    keep!(
        right,
        "asked to wait {wanted:?}, get-change returned {seen:?}"
    );
    Ok(())
}
