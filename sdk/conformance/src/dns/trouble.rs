//! What is wrong with the provider or the way to it becomes the error that says what to do.

use std::time::Duration;

use maquette_host::dns::Observed;
use maquette_host::{CallError, Dns, PluginError};

use super::bench::{Bench, create};
use crate::faults::{Action, Answer};
use crate::suite::{Outcome, keep};

/// A zone that the provider does not have.
const NOWHERE: &str = "mq-there-is-no-such-zone.test";
/// Time for a call that nobody answers.
const IMPATIENCE: Duration = Duration::from_millis(2_500);

/// Every function that names a zone says that there is none.
pub(super) async fn an_unknown_zone_is_not_found(bench: &Bench) -> Outcome {
    let call = || bench.place.call(&bench.intention());
    let name = format!("a.{NOWHERE}");
    let observed = bench
        .dns
        .observe(&call(), NOWHERE, std::slice::from_ref(&name))
        .await;
    keep!(is_not_found(&observed), "observe returned {observed:?}");
    let listed = bench
        .dns
        .list_owned(&call(), NOWHERE, &bench.prefix(), None)
        .await;
    keep!(is_not_found(&listed), "list-owned returned {listed:?}");
    let change = create(bench.a(&name, "192.0.2.1"), &bench.ours());
    let applied = bench.dns.apply(&call(), NOWHERE, &[change]).await;
    let applied = match applied {
        Ok(mut outcomes) => outcomes
            .pop()
            .unwrap_or(Ok(String::new()))
            .map_err(CallError::Plugin),
        Err(error) => Err(error),
    };
    keep!(is_not_found(&applied), "apply returned {applied:?}");
    Ok(())
}

fn is_not_found<T>(answer: &Result<T, CallError>) -> bool {
    matches!(answer, Err(CallError::Plugin(PluginError::NotFound(_))))
}

/// Reading and writing with a wrong credential.
pub(super) async fn a_wrong_credential_is_unauthorized(bench: &Bench) -> Outcome {
    let wrong = bench.place.wrong()?.dns()?;
    let observed = look(bench, &wrong).await;
    keep!(
        matches!(
            observed,
            Err(CallError::Plugin(PluginError::Unauthorized(_)))
        ),
        "observe with a wrong credential returned {observed:?}"
    );
    let creation = create(bench.a(&bench.name("a"), "192.0.2.1"), &bench.ours());
    let created = bench.change_by(&wrong, creation).await?;
    keep!(
        matches!(created, Err(PluginError::Unauthorized(_))),
        "apply with a wrong credential returned {created:?}"
    );
    Ok(())
}

/// Nobody listens at the server's address.
pub(super) async fn a_server_that_is_down_is_a_passing_fault(bench: &Bench) -> Outcome {
    let observed = look(bench, &bench.place.down()?.dns()?).await;
    keep!(is_passing(&observed), "observe returned {observed:?}");
    Ok(())
}

/// The server answers 500.
pub(super) async fn a_server_that_fails_is_a_passing_fault(bench: &Bench) -> Outcome {
    bench
        .place
        .script
        .set(|_| Action::Answer(Answer::new(500, "out of order")));
    let observed = look(bench, &bench.place.fronted()?.dns()?).await;
    keep!(is_passing(&observed), "observe returned {observed:?}");
    Ok(())
}

/// The server takes the request and never answers: the plugin says so before the host ends the call.
pub(super) async fn a_server_that_hangs_is_reported_in_time(bench: &Bench) -> Outcome {
    let fronted = bench.place.fronted()?.dns()?;
    bench.place.script.set(|_| Action::Hang);
    let call = bench.place.call_within(&bench.intention(), IMPATIENCE);
    let observed = fronted
        .observe(&call, &bench.target.zone, &[bench.name("a")])
        .await;
    keep!(is_passing(&observed), "observe returned {observed:?}");
    Ok(())
}

/// The server asks to wait: the plugin passes on how long. It must not wait itself, where that takes longer than a call.
pub(super) async fn too_many_requests_are_reported_with_the_time_to_wait(bench: &Bench) -> Outcome {
    let (fronted, answer) = (bench.place.fronted()?.dns()?, bench.place.too_many.clone());
    let wanted = answer.wait();
    bench
        .place
        .script
        .set(move |_| Action::Answer(answer.clone()));
    let observed = look(bench, &fronted).await;
    let right = match &observed {
        Err(CallError::Plugin(PluginError::RateLimited(time))) => {
            wanted.is_none_or(|wanted| *time == wanted)
        }
        _ => false,
    };
    keep!(
        right,
        "asked to wait {wanted:?}, observe returned {observed:?}"
    );
    Ok(())
}

async fn look(bench: &Bench, dns: &Dns) -> Result<Vec<Observed>, CallError> {
    let call = bench.place.call(&bench.intention());
    dns.observe(&call, &bench.target.zone, &[bench.name("a")])
        .await
}

fn is_passing<T>(answer: &Result<T, CallError>) -> bool {
    matches!(
        answer,
        Err(CallError::Plugin(PluginError::Transient { .. }))
    )
}
