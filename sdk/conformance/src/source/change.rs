//! One change, open or not.

use maquette_host::kinds::source::{Change, State, Trust};
use maquette_host::{CallError, PluginError};

use super::KnownChange;
use super::bench::{Bench, everything, is_not_found, not_shown};
use super::listing::{as_known, known};
use crate::suite::{Outcome, keep};

/// Some: every listing of many changes is read by another rule.
const SOME: usize = 4;

/// Commit, its ref, address, whether it is a draft, and the state.
pub(super) async fn a_change_is_as_the_forge_has_it(bench: &Bench) -> Outcome {
    for known in bench.target.open.iter().take(SOME) {
        as_known(&bench.change(&known.id).await?, known, State::Open)?;
    }
    Ok(())
}

/// It is not listed, and known.
pub(super) async fn a_closed_change_is_found_and_said_to_be_closed(bench: &Bench) -> Outcome {
    let known = &bench.target.closed;
    as_known(&bench.change(&known.id).await?, known, State::Closed)
}

/// The host gives secrets only to the commits of users who may push: whatever the forge says of the repository that a change comes
/// from, a fork, a deleted fork and a push without permission (`AGit`) are of anybody.
pub(super) async fn only_commits_of_writers_are_trusted(bench: &Bench) -> Outcome {
    let open = &bench.target.open;
    let gone =
        |known: &&KnownChange| known.trust == Trust::Anybody && known.head_repository.is_none();
    let kinds = [
        open.iter().find(|known| known.trust == Trust::Writer),
        open.iter().find(|known| known.head_repository.is_some()),
        open.iter().find(gone),
    ];
    if kinds.iter().any(Option::is_none) {
        return Err(not_shown(
            "the subject has not a change of a writer, one of a fork, and one whose repository is gone or that needed no permission",
        ));
    }
    let listed = bench.list(&everything()).await?;
    for known in open {
        let alone = bench.change(&known.id).await?;
        for found in listed.iter().filter(|it| it.id == known.id).chain([&alone]) {
            keep!(
                found.trust == known.trust,
                "the change {} is of {:?}, and is given as of {:?}",
                known.id,
                known.trust,
                found.trust
            );
        }
    }
    Ok(())
}

/// And none for a change of this one, or whose repository is gone.
pub(super) async fn another_repository_of_a_change_is_named(bench: &Bench) -> Outcome {
    let open = &bench.target.open;
    let other = open.iter().find(|known| known.head_repository.is_some());
    let own = open.iter().find(|known| known.head_repository.is_none());
    let (Some(other), Some(own)) = (other, own) else {
        return Err(not_shown(
            "no change of the subject is from another repository",
        ));
    };
    for known in [other, own] {
        let found = bench.change(&known.id).await?;
        keep!(
            found.head_repository == known.head_repository,
            "the change {} is from {:?}, and is given as from {:?}",
            known.id,
            known.head_repository,
            found.head_repository
        );
    }
    Ok(())
}

/// Title, author, branches and labels, whatever is in them.
pub(super) async fn text_of_a_change_is_given_as_it_is(bench: &Bench) -> Outcome {
    let plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || c == ' ');
    if bench.target.open.iter().all(|known| plain(&known.title)) {
        let why =
            "no title of the subject's changes has a character that means something elsewhere";
        return Err(not_shown(why));
    }
    for found in bench.list(&everything()).await? {
        if let Some(known) = known(bench, &found.id) {
            same_text(&found, known)?;
        }
    }
    for known in bench.target.open.iter().take(SOME) {
        same_text(&bench.change(&known.id).await?, known)?;
    }
    Ok(())
}

/// Of the form that the forge uses.
pub(super) async fn an_unknown_change_is_not_found(bench: &Bench) -> Outcome {
    let id = unknown(bench);
    let found = bench.change(&id).await;
    keep!(
        is_not_found(&found),
        "get-change of `{id}` returned {found:?}"
    );
    Ok(())
}

/// Whatever it contains, it leads to nothing else.
pub(super) async fn an_identifier_of_a_change_is_no_path(bench: &Bench) -> Outcome {
    let (one, other) = (&bench.open(0)?.id, &bench.open(1)?.id);
    for id in [
        format!("{one}?x=y"),
        format!("{one}#x"),
        format!("{other}/../{one}"),
        format!("{one}/"),
    ] {
        let found = bench.change(&id).await;
        let refused = matches!(found, Err(CallError::Plugin(PluginError::Invalid { .. })));
        keep!(
            refused || is_not_found(&found),
            "get-change of `{id}` returned {found:?}"
        );
    }
    Ok(())
}

/// An identifier that no change has, of the form that the forge uses.
pub(super) fn unknown(bench: &Bench) -> String {
    let numbers = |id: &str| id.bytes().all(|byte| byte.is_ascii_digit());
    if bench.target.open.iter().all(|known| numbers(&known.id)) {
        "987654321".to_owned()
    } else {
        format!("not-{}", bench.place.run)
    }
}

fn same_text(found: &Change, known: &KnownChange) -> Outcome {
    let of_known = (
        &known.title,
        &known.author,
        &known.head_branch,
        &known.base_branch,
        &known.labels,
    );
    let of_found = (
        &found.title,
        &found.author,
        &found.head_branch,
        &found.base_branch,
        &found.labels,
    );
    keep!(
        of_known == of_found,
        "of the change {} the texts are {of_known:?}, and were given as {of_found:?}",
        known.id
    );
    Ok(())
}
