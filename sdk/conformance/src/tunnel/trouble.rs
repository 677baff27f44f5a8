//! What is wrong with the provider or the way to it becomes the error that says what to do. Where the provider keeps
//! nothing, nobody is asked, and nothing can be wrong with him.

use std::time::Duration;

use maquette_host::kinds::tunnel::Observed;
use maquette_host::{CallError, PluginError, Tunnel};

use super::bench::{Bench, secret};
use crate::faults::{Action, Answer};
use crate::suite::{Outcome, keep};

/// Time for a call that nobody answers.
const IMPATIENCE: Duration = Duration::from_millis(2_500);

async fn look(bench: &Bench, tunnel: &Tunnel, id: &str) -> Result<Option<Observed>, CallError> {
    tunnel.observe(&bench.call(), id).await
}

fn is_passing<T>(answer: &Result<T, CallError>) -> bool {
    matches!(
        answer,
        Err(CallError::Plugin(PluginError::Transient { .. }))
    )
}

/// Neither observing nor listing.
pub(super) async fn looking_at_a_tunnel_writes_nothing(bench: &Bench) -> Outcome {
    let Some(made) = bench.keep(&bench.two()).await? else {
        return Ok(());
    };
    let fronted = bench.place.fronted()?.tunnel()?;
    bench.place.script.set(|_| Action::Forward);
    look(bench, &fronted, &made.first.id).await?;
    fronted
        .list_owned(&bench.call(), &bench.prefix(), None)
        .await?;
    let writes = bench.place.writes();
    keep!(writes == 0, "{writes} requests may have changed something");
    Ok(())
}

/// Looking and making.
pub(super) async fn a_wrong_credential_for_tunnels_is_unauthorized(bench: &Bench) -> Outcome {
    let Some(made) = bench.keep(&bench.two()).await? else {
        return Ok(());
    };
    let wrong = bench.place.wrong()?.tunnel()?;
    let unauthorized = |error: Option<CallError>| {
        matches!(error, Some(CallError::Plugin(PluginError::Unauthorized(_))))
    };
    let seen = look(bench, &wrong, &made.first.id).await;
    let told = format!("{seen:?}");
    keep!(unauthorized(seen.err()), "observe returned {told}");
    let spec = bench.spec(&bench.ours(), &bench.two());
    let answer = bench.ensure(&wrong, &spec, &secret()?).await;
    let told = format!("{answer:?}");
    keep!(unauthorized(answer.err()), "ensure returned {told}");
    Ok(())
}

/// Nobody listens at its address.
pub(super) async fn a_tunnel_server_that_is_down_is_a_passing_fault(bench: &Bench) -> Outcome {
    let Some(made) = bench.keep(&bench.two()).await? else {
        return Ok(());
    };
    let seen = look(bench, &bench.place.down()?.tunnel()?, &made.first.id).await;
    keep!(is_passing(&seen), "observe returned {seen:?}");
    Ok(())
}

/// It answers 500.
pub(super) async fn a_tunnel_server_that_fails_is_a_passing_fault(bench: &Bench) -> Outcome {
    let Some(made) = bench.keep(&bench.two()).await? else {
        return Ok(());
    };
    let script = &bench.place.script;
    script.set(|_| Action::Answer(Answer::new(500, "out of order")));
    let seen = look(bench, &bench.place.fronted()?.tunnel()?, &made.first.id).await;
    keep!(is_passing(&seen), "observe returned {seen:?}");
    Ok(())
}

/// It takes the request and never answers: the plugin says so before the host ends the call.
pub(super) async fn a_tunnel_server_that_hangs_is_reported_in_time(bench: &Bench) -> Outcome {
    let Some(made) = bench.keep(&bench.two()).await? else {
        return Ok(());
    };
    let fronted = bench.place.fronted()?.tunnel()?;
    bench.place.script.set(|_| Action::Hang);
    let call = bench.place.call_within("tunnel-hangs", IMPATIENCE);
    let seen = fronted.observe(&call, &made.first.id).await;
    keep!(is_passing(&seen), "observe returned {seen:?}");
    Ok(())
}

/// It asks to wait: the plugin passes on how long.
pub(super) async fn too_many_tunnel_requests_are_reported_with_the_time_to_wait(
    bench: &Bench,
) -> Outcome {
    let Some(made) = bench.keep(&bench.two()).await? else {
        return Ok(());
    };
    let fronted = bench.place.fronted()?.tunnel()?;
    let answer = bench.place.too_many.clone();
    let wanted = answer.wait();
    let script = &bench.place.script;
    script.set(move |_| Action::Answer(answer.clone()));
    let seen = look(bench, &fronted, &made.first.id).await;
    let right = match &seen {
        Err(CallError::Plugin(PluginError::RateLimited(time))) => {
            wanted.is_none_or(|wanted| *time == wanted)
        }
        _ => false,
    };
    keep!(right, "asked to wait {wanted:?}, observe returned {seen:?}");
    Ok(())
}
