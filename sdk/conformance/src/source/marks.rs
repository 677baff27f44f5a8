//! A comment is known by its marker and its author, and what is somebody else's is left alone.

use super::bench::{Bench, not_shown};
use crate::suite::{Failure, Outcome, keep};

const BODY: &str = "Ready.";
const OTHER: &str = "Gone.";

/// Whoever reads the comment does not see it.
pub(super) async fn the_marker_of_a_comment_is_hidden(bench: &Bench) -> Outcome {
    let (change, marker) = (&bench.open(0)?.id, bench.name());
    let id = bench.upsert(&bench.source, change, &marker, BODY).await?;
    let body = bench.comment(change, &id).await?.body;
    keep!(
        !visible(&body).contains(&marker),
        "the marker `{marker}` is outside of every `<!-- -->` of `{body}`"
    );
    Ok(())
}

/// What is left of Markdown without its comments (`CommonMark`, section 6.6).
fn visible(mut body: &str) -> String {
    let mut text = String::new();
    while let Some((before, rest)) = body.split_once("<!--") {
        text.push_str(before);
        body = rest.split_once("-->").map_or("", |(_, after)| after);
    }
    text + body
}

/// Two comments, each with its text.
pub(super) async fn a_marker_that_starts_like_another_is_another(bench: &Bench) -> Outcome {
    let (change, short) = (&bench.open(0)?.id, bench.name());
    let long = format!("{short}-long");
    let first = bench.upsert(&bench.source, change, &long, BODY).await?;
    let second = bench.upsert(&bench.source, change, &short, OTHER).await?;
    keep!(
        first != second,
        "the markers `{long}` and `{short}` have one comment"
    );
    let left = bench.comment(change, &first).await?.body;
    keep!(
        left.contains(BODY),
        "the comment of `{long}` became `{left}`"
    );
    Ok(())
}

/// As long as the interface allows, to the last character.
pub(super) async fn markers_of_100_characters_are_told_apart(bench: &Bench) -> Outcome {
    let (change, name) = (&bench.open(0)?.id, bench.name());
    let [one, other] = ['a', 'b'].map(|last| format!("{name:x<99}{last}"));
    let first = bench.upsert(&bench.source, change, &one, BODY).await?;
    let second = bench.upsert(&bench.source, change, &other, OTHER).await?;
    keep!(
        first != second,
        "the markers `{one}` and `{other}` have one comment"
    );
    let again = bench.upsert(&bench.source, change, &one, BODY).await?;
    keep!(
        again == first,
        "the comment {first} of `{one}` was not found again: another is {again}"
    );
    Ok(())
}

/// The source of one comment stands in another's text, as somebody may have put it into a title.
pub(super) async fn a_comment_that_quotes_a_marker_is_not_found_by_it(bench: &Bench) -> Outcome {
    let (change, quoted, marker) = (&bench.open(0)?.id, bench.name(), bench.name());
    let source = source_of(bench, change, &quoted).await?;
    let text = format!("Said was:\n{source}");
    let id = bench.upsert(&bench.source, change, &marker, &text).await?;
    let other = bench.upsert(&bench.source, change, &quoted, OTHER).await?;
    keep!(
        other != id,
        "the comment {id} quotes the marker `{quoted}`, and was taken for its comment"
    );
    let left = bench.comment(change, &id).await?.body;
    keep!(left.contains(&text), "it became `{left}`");
    Ok(())
}

/// A comment of our own is written instead.
pub(super) async fn somebody_elses_comment_with_our_marker_is_not_changed(
    bench: &Bench,
) -> Outcome {
    let (change, marker) = (&bench.open(0)?.id, bench.name());
    let source = source_of(bench, change, &marker).await?;
    let theirs = written_by_hand(bench, change, &source).await?;
    let id = bench.upsert(&bench.source, change, &marker, OTHER).await?;
    keep!(
        id != theirs,
        "the comment {theirs} of somebody else was taken for ours"
    );
    let left = bench.comment(change, &theirs).await?.body;
    keep!(left == source, "somebody else's comment became `{left}`");
    keep!(
        bench.comment(change, &id).await?.ours,
        "`upsert-comment` named {id}, which is not ours"
    );
    Ok(())
}

/// Ours may be.
pub(super) async fn somebody_elses_comment_with_our_marker_is_not_deleted(
    bench: &Bench,
) -> Outcome {
    let (change, marker) = (&bench.open(0)?.id, bench.name());
    let source = source_of(bench, change, &marker).await?;
    bench.upsert(&bench.source, change, &marker, BODY).await?;
    let theirs = written_by_hand(bench, change, &source).await?;
    bench.delete(change, &marker).await?;
    bench.comment(change, &theirs).await?;
    Ok(())
}

/// What the comment of this marker is at the forge, which then is without it.
async fn source_of(bench: &Bench, change: &str, marker: &str) -> Result<String, Failure> {
    let id = bench.upsert(&bench.source, change, marker, BODY).await?;
    let source = bench.comment(change, &id).await?.body;
    bench.delete(change, marker).await?;
    Ok(source)
}

/// Somebody else's comment of this source, by its identifier.
async fn written_by_hand(bench: &Bench, change: &str, source: &str) -> Result<String, Failure> {
    let (on, body) = (change.to_owned(), source.to_owned());
    bench
        .by_hand(move |hand, repository| hand.comment(repository, &on, &body))
        .await?;
    let all = bench.comments(change).await?;
    let mut written = all
        .into_iter()
        .filter(|comment| !comment.ours && comment.body == source);
    let newest = written.next_back().map(|comment| comment.id);
    newest.ok_or_else(|| not_shown("by hand: the comment is not there"))
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn comments_are_not_visible() {
        assert_eq!(visible("a <!-- b --> c <!--d-->e"), "a  c e");
        assert_eq!(visible("a <!-- b"), "a ");
        assert_eq!(visible("a --> b"), "a --> b");
    }
}
