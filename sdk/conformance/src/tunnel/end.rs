//! The end of a tunnel.

use super::bench::{Bench, Conflict, conflict_of};
use crate::suite::{Failure, Outcome, keep};

/// Nobody observes it any more.
pub(super) async fn a_deleted_tunnel_is_gone(bench: &Bench) -> Outcome {
    let Some(made) = bench.keep(&bench.two()).await? else {
        return Ok(());
    };
    let id = &made.first.id;
    bench
        .tunnel
        .delete(&bench.call(), id, &bench.ours())
        .await?;
    let seen = bench.observe(id).await?;
    keep!(seen.is_none(), "after `delete` it is observed as {seen:?}");
    Ok(())
}

/// Twice is once.
pub(super) async fn deleting_a_tunnel_that_is_absent_succeeds(bench: &Bench) -> Outcome {
    let made = bench.make(bench.spec(&bench.ours(), &bench.two())).await?;
    let id = &made.first.id;
    bench
        .tunnel
        .delete(&bench.call(), id, &bench.ours())
        .await?;
    let again = bench.tunnel.delete(&bench.call(), id, &bench.ours()).await;
    keep!(again.is_ok(), "the second `delete` returned {again:?}");
    Ok(())
}

/// It stays.
pub(super) async fn deleting_a_tunnel_of_another_owner_is_a_conflict_that_names_him(
    bench: &Bench,
) -> Outcome {
    let made = bench.make(bench.spec(&bench.ours(), &bench.two())).await?;
    let id = &made.first.id;
    let answer = bench
        .tunnel
        .delete(&bench.call(), id, &bench.theirs())
        .await;
    keep!(
        conflict_of(&answer) == Conflict::Of(&bench.ours()),
        "`delete` of what {} has returned {answer:?}",
        bench.ours()
    );
    bench.there(id).await?;
    Ok(())
}

/// Many providers remove no tunnel that has connections.
pub(super) async fn a_connected_tunnel_is_disconnected_and_deleted(bench: &Bench) -> Outcome {
    let Some(made) = bench.keep(&bench.two()).await? else {
        return Ok(());
    };
    let id = &made.first.id;
    let failed = |what: String| Failure::NotShown(format!("by hand: {what}"));
    bench.hand()?.connect(id).map_err(failed)?;
    let answer = bench.tunnel.delete(&bench.call(), id, &bench.ours()).await;
    keep!(
        answer.is_ok(),
        "`delete` of a connected tunnel returned {answer:?}"
    );
    let left = bench.list(&bench.ours()).await?;
    keep!(left.is_empty(), "it is still listed: {left:?}");
    Ok(())
}
