//! A comment is written once, changed in its place, found wherever it is, and gone when it is deleted.

use super::bench::{Bench, is_not_found};
use super::change::unknown;
use crate::faults::Action;
use crate::suite::{Failure, Outcome, keep};

/// Of two lines, one of them with what means something in Markdown.
const BODY: &str = "**Ready**: <https://pr-1.preview.test>\n\n| `web` | ready |";
const OTHER: &str = "Gone.";

/// All of it.
pub(super) async fn a_comment_is_written_with_its_text(bench: &Bench) -> Outcome {
    let (change, marker) = (&bench.open(0)?.id, bench.name());
    let id = bench.upsert(&bench.source, change, &marker, BODY).await?;
    let found = bench.comment(change, &id).await?;
    keep!(
        found.ours && found.body.contains(BODY),
        "the comment is {found:?} at the forge"
    );
    Ok(())
}

/// No request may change anything, and the identifier is the same.
pub(super) async fn the_same_comment_again_writes_nothing(bench: &Bench) -> Outcome {
    let (change, marker) = (&bench.open(0)?.id, bench.name());
    let id = bench.upsert(&bench.source, change, &marker, BODY).await?;
    let fronted = bench.place.fronted()?.source()?;
    bench.place.script.set(|_| Action::Forward);
    let again = bench.upsert(&fronted, change, &marker, BODY).await?;
    let writes = bench.place.writes();
    keep!(
        writes == 0 && again == id,
        "{writes} requests may have changed something; the comment was {id} and is {again}"
    );
    Ok(())
}

/// Whoever follows a link to it finds it.
pub(super) async fn a_changed_comment_is_changed_in_its_place(bench: &Bench) -> Outcome {
    let (change, marker) = (&bench.open(0)?.id, bench.name());
    let before = bench.comments(change).await?.len();
    let id = bench.upsert(&bench.source, change, &marker, BODY).await?;
    let again = bench.upsert(&bench.source, change, &marker, OTHER).await?;
    keep!(again == id, "the comment was {id} and is {again}");
    let found = bench.comment(change, &id).await?;
    keep!(
        found.body.contains(OTHER) && !found.body.contains(BODY),
        "its text is `{}`",
        found.body
    );
    let made = bench.comments(change).await?.len() - before;
    keep!(made == 1, "there are {made} comments of it");
    Ok(())
}

/// Not by its place: more than one page of others is before it.
pub(super) async fn a_comment_is_found_behind_many_others(bench: &Bench) -> Outcome {
    let (change, marker) = (bench.open(1)?.id.clone(), bench.name());
    let (on, many) = (change.clone(), bench.target.many);
    bench
        .by_hand(move |hand, repository| {
            (0..many).try_for_each(|n| hand.comment(repository, &on, &format!("Comment {n}")))
        })
        .await?;
    let id = bench.upsert(&bench.source, &change, &marker, BODY).await?;
    let again = bench.upsert(&bench.source, &change, &marker, BODY).await?;
    keep!(
        again == id,
        "behind {many} others the comment {id} was not found again: another is {again}"
    );
    Ok(())
}

/// The forge wrote it, and the answer got lost: the next attempt finds it.
pub(super) async fn a_comment_whose_answer_is_lost_is_not_written_twice(bench: &Bench) -> Outcome {
    let (change, marker) = (&bench.open(0)?.id, bench.name());
    let before = bench.comments(change).await?.len();
    let fronted = bench.place.fronted()?.source()?;
    let (script, reads) = (bench.place.script.clone(), bench.place.reads.clone());
    bench.place.script.set(move |seen| {
        let writes = script.seen();
        let writes = writes.iter().filter(|seen| seen.is_write(&reads)).count();
        if seen.is_write(&reads) && writes == 1 {
            Action::LoseAnswer
        } else {
            Action::Forward
        }
    });
    // Whether this attempt fails is the plugin's business.
    drop(bench.upsert(&fronted, change, &marker, BODY).await);
    bench.place.script.set(|_| Action::Forward);
    bench.upsert(&bench.source, change, &marker, BODY).await?;
    let made = bench.comments(change).await?.len() - before;
    keep!(made == 1, "there are {made} comments of it");
    Ok(())
}

/// There is nothing that it could be said to.
pub(super) async fn a_comment_on_an_unknown_change_is_not_found(bench: &Bench) -> Outcome {
    let (change, marker) = (unknown(bench), bench.name());
    let answer = bench.upsert(&bench.source, &change, &marker, BODY).await;
    keep!(is_not_found(&answer), "upsert-comment returned {answer:?}");
    Ok(())
}

/// Not merely empty.
pub(super) async fn a_deleted_comment_is_gone(bench: &Bench) -> Outcome {
    let (change, marker) = (&bench.open(0)?.id, bench.name());
    let id = bench.upsert(&bench.source, change, &marker, BODY).await?;
    bench.comment(change, &id).await?;
    bench.delete(change, &marker).await?;
    let left = bench.comments(change).await?;
    let left = left.iter().find(|comment| comment.id == id);
    keep!(left.is_none(), "after `delete-comment` it is {left:?}");
    Ok(())
}

/// Twice is once, and never is none.
pub(super) async fn deleting_a_comment_that_is_absent_succeeds(bench: &Bench) -> Outcome {
    let (change, marker) = (&bench.open(0)?.id, bench.name());
    let never = bench.delete(change, &marker).await;
    keep!(
        never.is_ok(),
        "`delete-comment` of what never was returned {never:?}"
    );
    bench.upsert(&bench.source, change, &marker, BODY).await?;
    let once: Result<(), Failure> = bench.delete(change, &marker).await.map_err(Into::into);
    once?;
    let again = bench.delete(change, &marker).await;
    keep!(
        again.is_ok(),
        "the second `delete-comment` returned {again:?}"
    );
    Ok(())
}
