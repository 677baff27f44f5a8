//! Others write, and answers get lost, between two requests of one change.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use maquette_host::PluginError;
use maquette_host::dns::{Change, Observed};

use super::bench::{Bench, Change1, create, delete, replace, told};
use crate::RecordType;
use crate::faults::{Action, Answer, Deed};
use crate::suite::{Failure, Outcome, keep};

/// Another creates the record set after the plugin looked and before it writes: it stays the other's.
pub(super) async fn what_appeared_meanwhile_is_not_overwritten(bench: &Bench) -> Outcome {
    let name = bench.name("a");
    let theirs = create(bench.a(&name, "192.0.2.9"), &bench.theirs());
    let ours = create(bench.a(&name, "192.0.2.1"), &bench.ours());
    let (outcome, found) = interrupted(bench, ours, theirs).await?;
    keep!(
        matches!(outcome, Err(PluginError::Conflict(_))),
        "creating what another created meanwhile returned {}",
        told(&outcome)
    );
    keep!(
        found.owner == Some(bench.theirs()),
        "it was taken from {} by {:?}",
        bench.theirs(),
        found.owner
    );
    Ok(())
}

/// The record set changes after the plugin looked and before it writes: the change stays.
pub(super) async fn what_changed_meanwhile_is_not_overwritten(bench: &Bench) -> Outcome {
    let (name, owner) = (bench.name("a"), bench.ours());
    let first = bench.given(bench.a(&name, "192.0.2.1"), &owner).await?;
    let theirs = replace(bench.a(&name, "192.0.2.9"), &owner, &first.etag);
    let ours = replace(bench.a(&name, "192.0.2.2"), &owner, &first.etag);
    let (outcome, found) = interrupted(bench, ours, theirs).await?;
    keep!(
        matches!(outcome, Err(PluginError::Conflict(_))),
        "replacing what changed meanwhile returned {}",
        told(&outcome)
    );
    keep!(
        found.records.values == ["192.0.2.9"],
        "the other change was overwritten by {:?}",
        found.records
    );
    Ok(())
}

/// Makes a change through the front, and another one directly right before the first write of it.
async fn interrupted(
    bench: &Bench,
    ours: Change,
    theirs: Change,
) -> Result<(Change1, Observed), Failure> {
    let fronted = bench.place.fronted()?.dns()?;
    let name = match &ours {
        Change::Create(creation) => creation.records.name.clone(),
        Change::Replace(replacement) => replacement.records.name.clone(),
        Change::Delete(deletion) => deletion.name.clone(),
    };
    // Cleans up after the other one, too.
    bench.place.script.set(|_| Action::Forward);
    let (dns, zone, call) = (
        bench.dns.clone(),
        bench.target.zone.clone(),
        bench.place.call(&bench.intention()),
    );
    let changes = [theirs];
    let deed: Deed = Box::pin(async move {
        // Whether it was made shows in what is there afterwards.
        let _ = dns.apply(&call, &zone, &changes).await;
    });
    let (deed, reads) = (Mutex::new(Some(deed)), bench.place.reads.clone());
    bench.place.script.set(move |seen| {
        let next = seen
            .is_write(&reads)
            .then(|| deed.lock().ok().and_then(|mut deed| deed.take()))
            .flatten();
        next.map_or(Action::Forward, Action::ForwardAfter)
    });
    let outcome = bench.change_by(&fronted, ours).await?;
    let found = bench.there(&name, RecordType::A).await?;
    for owner in [bench.ours(), bench.theirs()] {
        let _ = bench.change(delete(&name, RecordType::A, &owner)).await?;
    }
    Ok((outcome, found))
}

/// The provider did it and its answer is lost: the plugin finds out, or the same change succeeds when it is repeated.
pub(super) async fn a_change_whose_answer_is_lost_can_be_repeated(bench: &Bench) -> Outcome {
    let fronted = bench.place.fronted()?.dns()?;
    let (name, ours) = (bench.name("a"), bench.ours());
    let (done, reads) = (AtomicBool::new(false), bench.place.reads.clone());
    bench.place.script.set(move |seen| {
        if seen.is_write(&reads) && !done.swap(true, Ordering::Relaxed) {
            Action::LoseAnswer
        } else {
            Action::Forward
        }
    });
    let creation = create(bench.a(&name, "192.0.2.1"), &ours);
    let first = bench.change_by(&fronted, creation.clone()).await?;
    keep!(
        matches!(
            first,
            Ok(_) | Err(PluginError::Transient { .. } | PluginError::RateLimited(_))
        ),
        "a creation whose answer was lost returned {}, which does not tell that it can be repeated",
        told(&first)
    );
    let second = bench.change(creation).await?;
    keep!(
        second.is_ok(),
        "repeated, the creation returned {}",
        told(&second)
    );
    let after = bench.there(&name, RecordType::A).await?;
    keep!(after.owner == Some(ours), "afterwards there is {after:?}");
    Ok(())
}

/// The provider refuses to write: the plugin says so.
pub(super) async fn what_was_not_written_is_not_claimed(bench: &Bench) -> Outcome {
    let fronted = bench.place.fronted()?.dns()?;
    let (name, reads) = (bench.name("a"), bench.place.reads.clone());
    bench.place.script.set(move |seen| {
        if seen.is_write(&reads) {
            Action::Answer(Answer::new(500, "not today"))
        } else {
            Action::Forward
        }
    });
    let outcome = bench
        .change_by(&fronted, create(bench.a(&name, "192.0.2.1"), &bench.ours()))
        .await?;
    let found = bench.find(&name, RecordType::A).await?;
    keep!(
        found.is_none() && outcome.is_err(),
        "with every write refused, apply returned {}",
        told(&outcome)
    );
    Ok(())
}
