//! Branches and tags, and the permissions of users.

use std::collections::BTreeMap;

use maquette_host::kinds::source::{Access, RefKind};

use super::bench::{Bench, not_shown};
use crate::suite::{Outcome, keep};

async fn listed(bench: &Bench, kind: RefKind, known: &BTreeMap<String, String>) -> Outcome {
    let moving = bench.target.moving.as_ref();
    let all = bench.refs(kind).await?;
    let found: BTreeMap<String, String> = all
        .iter()
        .map(|item| (item.name.clone(), item.sha.clone()))
        .filter(|(name, _)| kind == RefKind::Tag || Some(name) != moving)
        .collect();
    keep!(
        found == *known,
        "the {kind:?} refs are {known:?}, and were given as {found:?}"
    );
    Ok(())
}

/// With their commits, and no others.
pub(super) async fn branches_are_listed_to_their_end(bench: &Bench) -> Outcome {
    if bench.target.branches.is_empty() {
        return Err(not_shown("the subject names no branches"));
    }
    listed(bench, RefKind::Branch, &bench.target.branches).await
}

/// With the commits that they stand for, and no branches among them.
pub(super) async fn tags_are_listed_with_their_commits(bench: &Bench) -> Outcome {
    if bench.target.tags.is_empty() {
        return Err(not_shown("the subject names no tags"));
    }
    listed(bench, RefKind::Tag, &bench.target.tags).await
}

/// Reading, writing and administering.
pub(super) async fn the_permission_of_a_user_is_that_of_the_forge(bench: &Bench) -> Outcome {
    let known = &bench.target.permissions;
    if !known.values().any(|access| *access >= Access::Write) {
        return Err(not_shown("the subject names no user who may push"));
    }
    for (login, expected) in known {
        let (call, repository) = (bench.call(), bench.repository());
        let found = bench.source.permission(&call, repository, login).await?;
        keep!(
            found == *expected,
            "`{login}` has {expected:?}, and is given with {found:?}"
        );
    }
    Ok(())
}

/// A stranger has none: neither an error nor more than that.
pub(super) async fn a_user_who_is_not_there_has_no_permission(bench: &Bench) -> Outcome {
    let login = format!("not-{}", bench.place.run);
    let (call, repository) = (bench.call(), bench.repository());
    let found = bench.source.permission(&call, repository, &login).await?;
    keep!(
        found == Access::None,
        "`{login}` does not exist, and is given with {found:?}"
    );
    Ok(())
}
