//! The owner mark is written with the record set or before it, and belongs to its owner without it.

use super::bench::{Bench, create, told};
use super::ownership::names_the_owner;
use crate::RecordType;
use crate::faults::{Action, Answer};
use crate::suite::{Failure, Outcome, keep};

/// A mark that lost its records is still observed, with its owner and without values.
pub(super) async fn a_mark_without_its_records_is_observed_with_its_owner(
    bench: &Bench,
) -> Outcome {
    let name = mark_alone(bench, &bench.ours()).await?;
    let found = bench.find(&name, RecordType::A).await?;
    let Some(found) = found else {
        return Err(Failure::Broken(
            "a mark without its records is not observed".to_owned(),
        ));
    };
    keep!(
        found.owner == Some(bench.ours()),
        "the mark's owner is observed as {:?}",
        found.owner
    );
    keep!(
        found.records.values.is_empty(),
        "records are observed where none are: {:?}",
        found.records
    );
    Ok(())
}

/// Its owner can create the record set again.
pub(super) async fn a_mark_without_its_records_is_repaired_by_its_owner(bench: &Bench) -> Outcome {
    let ours = bench.ours();
    let name = mark_alone(bench, &ours).await?;
    let records = bench.a(&name, "192.0.2.2");
    let outcome = bench.change(create(records.clone(), &ours)).await?;
    keep!(
        outcome.is_ok(),
        "creating over one's own mark returned {}",
        told(&outcome)
    );
    let after = bench.there(&name, RecordType::A).await?;
    keep!(
        after.records == records && after.owner.as_ref() == Some(&ours),
        "repaired as {records:?} of {ours}, observed {after:?}"
    );
    Ok(())
}

/// Nobody else can.
pub(super) async fn a_mark_without_its_records_keeps_others_away(bench: &Bench) -> Outcome {
    let name = mark_alone(bench, &bench.theirs()).await?;
    let outcome = bench
        .change(create(bench.a(&name, "192.0.2.2"), &bench.ours()))
        .await?;
    names_the_owner(bench, &outcome)
}

async fn mark_alone(bench: &Bench, owner: &str) -> Result<String, Failure> {
    let name = bench.name("a");
    bench.given(bench.a(&name, "192.0.2.1"), owner).await?;
    bench.take_by_hand(&name, RecordType::A).await?;
    Ok(name)
}

/// Wherever a creation is cut off, records without a mark are never left.
pub(super) async fn records_are_never_there_before_their_mark(bench: &Bench) -> Outcome {
    let fronted = bench.place.fronted()?.dns()?;
    let ours = bench.ours();
    // A creation takes a few writes; each round lets one more of them pass.
    for passing in 0..10 {
        let name = bench.name(&format!("cut{passing}"));
        let (counted, reads) = (
            std::sync::atomic::AtomicUsize::new(0),
            bench.place.reads.clone(),
        );
        bench.place.script.set(move |seen| {
            if !seen.is_write(&reads) {
                return Action::Forward;
            }
            let number = counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            if number < passing {
                Action::Forward
            } else {
                Action::Answer(Answer::new(500, "cut off"))
            }
        });
        let outcome = bench
            .change_by(&fronted, create(bench.a(&name, "192.0.2.1"), &ours))
            .await?;
        if let Some(found) = bench.find(&name, RecordType::A).await? {
            keep!(
                found.owner.is_some(),
                "after {passing} of its writes the creation left records without a mark"
            );
        }
        if outcome.is_ok() {
            return Ok(());
        }
    }
    Err(Failure::Broken(
        "creating one record set takes more than ten writes".to_owned(),
    ))
}
