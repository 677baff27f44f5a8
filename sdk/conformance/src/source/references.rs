//! What a branch, a tag or an object name stands for.

use super::bench::{Bench, is_not_found, not_shown};
use crate::suite::{Outcome, keep};

async fn resolves(bench: &Bench, reference: &str, expected: &str) -> Outcome {
    let found = bench.resolve(reference).await?;
    keep!(
        found == expected,
        "`{reference}` is {expected}, and was resolved to {found}"
    );
    Ok(())
}

/// Its tip.
pub(super) async fn a_branch_is_resolved_to_its_commit(bench: &Bench) -> Outcome {
    let plain = |name: &&String| name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let branches = &bench.target.branches;
    let Some(name) = branches.keys().find(plain) else {
        return Err(not_shown(
            "the subject names no branch of letters and digits",
        ));
    };
    let sha = branches.get(name).map_or("", String::as_str);
    resolves(bench, name, sha).await?;
    resolves(bench, &format!("refs/heads/{name}"), sha).await
}

/// Whatever git allows in it.
pub(super) async fn the_name_of_a_branch_is_no_path(bench: &Bench) -> Outcome {
    let has_path = |(name, _): &(&String, &String)| name.contains(['/', '#', '%', '?', '&']);
    let mut some = bench.target.branches.iter().filter(has_path).peekable();
    if some.peek().is_none() {
        return Err(not_shown("the subject names no branch with a `/` or `#`"));
    }
    for (name, sha) in some {
        resolves(bench, name, sha).await?;
    }
    Ok(())
}

/// Nothing is remembered of where it was.
pub(super) async fn a_branch_that_moved_is_resolved_to_its_commit_now(bench: &Bench) -> Outcome {
    let Some(branch) = bench.target.moving.clone() else {
        return Err(not_shown("the subject names no branch that may be moved"));
    };
    bench.resolve(&branch).await?;
    let moved = branch.clone();
    let now = bench
        .by_hand(move |hand, repository| hand.push(repository, &moved))
        .await?;
    resolves(bench, &branch, &now).await
}

/// What it stands for.
pub(super) async fn a_tag_is_resolved_to_its_commit(bench: &Bench) -> Outcome {
    let Some((tag, sha)) = bench.target.tags.first_key_value() else {
        return Err(not_shown("the subject names no tags"));
    };
    resolves(bench, tag, sha).await?;
    resolves(bench, &format!("refs/tags/{tag}"), sha).await
}

/// Its first ten digits are enough.
pub(super) async fn an_abbreviated_object_name_is_resolved_to_the_whole(bench: &Bench) -> Outcome {
    let sha = &bench.open(0)?.head_sha;
    let start = sha.get(..10).unwrap_or(sha);
    resolves(bench, start, sha).await
}

/// It is that already.
pub(super) async fn a_whole_object_name_is_resolved_to_itself(bench: &Bench) -> Outcome {
    let sha = &bench.open(0)?.head_sha;
    resolves(bench, sha, sha).await
}

/// Neither a name nor an object.
pub(super) async fn an_unknown_reference_is_not_found(bench: &Bench) -> Outcome {
    let object = unknown_object(bench);
    for reference in [format!("not-{}", bench.place.run), object] {
        let found = bench.resolve(&reference).await;
        keep!(
            is_not_found(&found),
            "resolve of `{reference}` returned {found:?}"
        );
    }
    Ok(())
}

/// An object that nobody made.
pub(super) fn unknown_object(bench: &Bench) -> String {
    bench.place.run.repeat(5)
}
