//! A filter that the forge cannot apply is applied by the plugin, on every page.

use std::collections::BTreeSet;

use maquette_host::kinds::source::Filter;

use super::KnownChange;
use super::bench::{Bench, everything, not_shown};
use crate::suite::{Failure, Outcome, keep};

/// Lists with this filter, which the subject's changes have to be told apart by.
async fn filtered(
    bench: &Bench,
    filter: &Filter,
    wanted: impl Fn(&KnownChange) -> bool,
) -> Outcome {
    let open = &bench.target.open;
    let ids = |wanted: &dyn Fn(&KnownChange) -> bool| -> BTreeSet<String> {
        let wanted = open.iter().filter(|known| wanted(known));
        wanted.map(|known| known.id.clone()).collect()
    };
    let expected = ids(&wanted);
    if expected.is_empty() || expected.len() == open.len() {
        let why = format!("the subject's changes are not told apart by {filter:?}");
        return Err(Failure::NotShown(why));
    }
    let listed = bench.list(filter).await?;
    let found: BTreeSet<String> = listed.into_iter().map(|change| change.id).collect();
    let missing: Vec<_> = expected.difference(&found).take(3).collect();
    let strange: Vec<_> = found.difference(&expected).take(3).collect();
    keep!(
        missing.is_empty() && strange.is_empty(),
        "with {filter:?} {missing:?} are missing, and {strange:?} were not asked for"
    );
    Ok(())
}

/// One of several is enough.
pub(super) async fn changes_are_filtered_by_their_labels(bench: &Bench) -> Outcome {
    let all: BTreeSet<&String> = bench
        .target
        .open
        .iter()
        .flat_map(|known| &known.labels)
        .collect();
    let mut all = all.into_iter().cloned();
    let (Some(first), Some(second)) = (all.next(), all.next()) else {
        return Err(not_shown("the subject's changes have not two labels"));
    };
    for labels in [vec![first.clone()], vec![first, second]] {
        let filter = Filter {
            labels: labels.clone(),
            ..everything()
        };
        let has = |known: &KnownChange| known.labels.iter().any(|label| labels.contains(label));
        filtered(bench, &filter, has).await?;
    }
    Ok(())
}

/// By its name, and by a glob.
pub(super) async fn changes_are_filtered_by_the_branch_that_they_go_into(bench: &Bench) -> Outcome {
    for glob in globs(&bench.target.open, |known| &known.base_branch)? {
        let filter = Filter {
            base_branches: vec![glob.clone()],
            ..everything()
        };
        filtered(bench, &filter, |known| fits(&glob, &known.base_branch)).await?;
    }
    Ok(())
}

/// By its name, and by a glob.
pub(super) async fn changes_are_filtered_by_the_branch_that_they_come_from(
    bench: &Bench,
) -> Outcome {
    for glob in globs(&bench.target.open, |known| &known.head_branch)? {
        let filter = Filter {
            head_branches: vec![glob.clone()],
            ..everything()
        };
        filtered(bench, &filter, |known| fits(&glob, &known.head_branch)).await?;
    }
    Ok(())
}

/// And are left out where they are not.
pub(super) async fn drafts_are_listed_where_they_are_wanted(bench: &Bench) -> Outcome {
    filtered(bench, &Filter::default(), |known| !known.draft).await?;
    let listed = bench.list(&everything()).await?;
    keep!(
        listed.iter().any(|change| change.draft),
        "with drafts no draft is listed"
    );
    Ok(())
}

/// Each as a change of its own, and none where they are not wanted.
pub(super) async fn branches_are_listed_where_they_are_wanted(bench: &Bench) -> Outcome {
    let is_branch = |id: &String| id.starts_with("branch/");
    let with = Filter {
        branches: true,
        ..everything()
    };
    let listed = bench.list(&with).await?;
    for (name, sha) in &bench.target.branches {
        let found = listed
            .iter()
            .find(|change| change.id == format!("branch/{name}"));
        keep!(
            found.is_some_and(|change| change.head_branch == *name && change.head_sha == *sha),
            "the branch `{name}` at {sha} is listed as {found:?}"
        );
    }
    let without = bench.list(&everything()).await?;
    let strange = without
        .iter()
        .map(|change| &change.id)
        .find(|id| is_branch(id));
    keep!(
        strange.is_none(),
        "{strange:?} is listed where branches are not wanted"
    );
    Ok(())
}

/// Its change request is the change.
pub(super) async fn a_branch_with_an_open_change_is_not_listed_besides(bench: &Bench) -> Outcome {
    let with = Filter {
        branches: true,
        ..everything()
    };
    let here = |known: &&KnownChange| known.head_repository.is_none();
    for found in bench.list(&with).await? {
        let Some(branch) = found.id.strip_prefix("branch/") else {
            continue;
        };
        let mut open = bench.target.open.iter().filter(here);
        let also = open.find(|known| known.head_branch == branch);
        keep!(
            also.is_none(),
            "the branch `{branch}` is listed besides its change request"
        );
    }
    Ok(())
}

/// A branch of some of the changes, and `start/*` of some.
fn globs(
    open: &[KnownChange],
    branch: impl Fn(&KnownChange) -> &String,
) -> Result<[String; 2], Failure> {
    let exact = open.first().map(|known| branch(known).clone());
    let starts = open
        .iter()
        .filter_map(|known| branch(known).split_once('/'));
    let glob = starts.map(|(start, _)| format!("{start}/*")).next();
    match (exact, glob) {
        (Some(exact), Some(glob)) => Ok([exact, glob]),
        _ => Err(not_shown("the subject has no branch with a `/`")),
    }
}

fn fits(glob: &str, branch: &str) -> bool {
    glob.strip_suffix('*')
        .map_or(glob == branch, |start| branch.starts_with(start))
}
