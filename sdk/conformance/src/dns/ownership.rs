//! What has no owner mark, or another owner's, is never changed.

use maquette_host::PluginError;
use maquette_host::dns::{Change, Observed};

use super::bench::{Bench, Change1, create, delete, replace, told};
use crate::RecordType;
use crate::suite::{Failure, Outcome, keep};

/// Creating where another's record set is: conflict, with the owner's name, and nothing changes.
pub(super) async fn creating_what_another_owns_is_a_conflict_that_names_the_owner(
    bench: &Bench,
) -> Outcome {
    let name = bench.name("a");
    let before = bench
        .given(bench.a(&name, "192.0.2.1"), &bench.theirs())
        .await?;
    let outcome = bench
        .change(create(bench.a(&name, "192.0.2.2"), &bench.ours()))
        .await?;
    names_the_owner(bench, &outcome)?;
    unchanged(bench, &before).await
}

/// Replacing another's record set: the same.
pub(super) async fn replacing_what_another_owns_is_a_conflict_that_names_the_owner(
    bench: &Bench,
) -> Outcome {
    let name = bench.name("a");
    let before = bench
        .given(bench.a(&name, "192.0.2.1"), &bench.theirs())
        .await?;
    let change = replace(bench.a(&name, "192.0.2.2"), &bench.ours(), &before.etag);
    let outcome = bench.change(change).await?;
    names_the_owner(bench, &outcome)?;
    unchanged(bench, &before).await
}

/// Deleting another's record set: the same.
pub(super) async fn deleting_what_another_owns_is_a_conflict_that_names_the_owner(
    bench: &Bench,
) -> Outcome {
    let name = bench.name("a");
    let before = bench
        .given(bench.a(&name, "192.0.2.1"), &bench.theirs())
        .await?;
    let outcome = bench
        .change(delete(&name, RecordType::A, &bench.ours()))
        .await?;
    names_the_owner(bench, &outcome)?;
    unchanged(bench, &before).await
}

/// A record set that somebody made past the plugin has no owner.
pub(super) async fn what_nobody_owns_is_observed_without_an_owner(bench: &Bench) -> Outcome {
    let found = by_hand(bench).await?;
    keep!(
        found.owner.is_none(),
        "a record set without a mark is owned by {:?}",
        found.owner
    );
    Ok(())
}

/// Creating where a record set without an owner is: conflict, and nothing changes.
pub(super) async fn creating_what_exists_without_an_owner_is_a_conflict(bench: &Bench) -> Outcome {
    let before = by_hand(bench).await?;
    let change = create(bench.a(&before.records.name, "192.0.2.2"), &bench.ours());
    refused(bench, change, &before).await
}

/// Replacing a record set without an owner: the same.
pub(super) async fn replacing_what_nobody_owns_is_a_conflict(bench: &Bench) -> Outcome {
    let before = by_hand(bench).await?;
    let wanted = bench.a(&before.records.name, "192.0.2.2");
    refused(bench, replace(wanted, &bench.ours(), &before.etag), &before).await
}

/// Deleting a record set without an owner: the same.
pub(super) async fn deleting_what_nobody_owns_is_a_conflict(bench: &Bench) -> Outcome {
    let before = by_hand(bench).await?;
    let change = delete(&before.records.name, RecordType::A, &bench.ours());
    refused(bench, change, &before).await
}

async fn by_hand(bench: &Bench) -> Result<Observed, Failure> {
    let name = bench.name("a");
    bench.put_by_hand(bench.a(&name, "192.0.2.1")).await?;
    bench.there(&name, RecordType::A).await
}

async fn refused(bench: &Bench, change: Change, before: &Observed) -> Outcome {
    let outcome = bench.change(change).await?;
    keep!(
        matches!(outcome, Err(PluginError::Conflict(_))),
        "changing what nobody owns returned {}",
        told(&outcome)
    );
    unchanged(bench, before).await
}

/// The outcome is a conflict that names the other owner.
pub(super) fn names_the_owner(bench: &Bench, outcome: &Change1) -> Outcome {
    let theirs = bench.theirs();
    keep!(
        matches!(outcome, Err(PluginError::Conflict(Some(owner))) if *owner == theirs),
        "what {theirs} owns: {}",
        told(outcome)
    );
    Ok(())
}

async fn unchanged(bench: &Bench, before: &Observed) -> Outcome {
    let after = bench
        .find(&before.records.name, before.records.kind)
        .await?;
    keep!(
        after.as_ref() == Some(before),
        "it changed {before:?} to {after:?}"
    );
    Ok(())
}
