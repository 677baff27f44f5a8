//! The deletion of tags: of the one that may be moved.

use std::collections::BTreeSet;

use maquette_host::{CallError, Digest, PluginError};

use super::bench::{Bench, digest, unknown_digest};
use crate::suite::{Failure, Outcome, keep};

/// The tag, pushed again, and what it stands for.
async fn pushed(bench: &Bench) -> Result<(String, Digest), Failure> {
    let Some((tag, pusher)) = bench.target.moving.clone() else {
        // A plugin without this function needs none.
        let absent = format!("not-{}", bench.place.run);
        delete(bench, &absent, &unknown_digest(&bench.place.run)).await?;
        return Err(Failure::NotShown(
            "the registry has no tag that the kit may delete; give `moving`".to_owned(),
        ));
    };
    let (repository, name) = (bench.target.repository.clone(), tag.clone());
    let pushing = tokio::task::spawn_blocking(move || pusher.move_tag(&repository, &name));
    let found = match pushing.await {
        Ok(found) => {
            found.map_err(|why| Failure::NotShown(format!("`{tag}` was not pushed: {why}")))?
        }
        Err(error) => return Err(Failure::NotShown(error.to_string())),
    };
    Ok((tag, digest(&found)?))
}

async fn delete(bench: &Bench, tag: &str, expect: &Digest) -> Result<(), CallError> {
    let repository = &bench.target.repository;
    let call = bench.call();
    bench
        .registry
        .delete_tag(&call, repository, tag, expect)
        .await
}

/// Another image was pushed in between.
pub(super) async fn a_tag_that_stands_for_another_digest_is_not_deleted(bench: &Bench) -> Outcome {
    let (tag, there) = pushed(bench).await?;
    let before: BTreeSet<String> = bench.tags().await?.into_iter().collect();
    let answer = delete(bench, &tag, &unknown_digest(&bench.place.run)).await;
    if let Err(lacks @ CallError::Plugin(PluginError::Unsupported(_))) = answer {
        return Err(lacks.into());
    }
    keep!(
        matches!(&answer, Err(CallError::Plugin(PluginError::Conflict(_)))),
        "the tag stands for {there}, and its deletion with another digest returned {answer:?}"
    );
    let after: BTreeSet<String> = bench.tags().await?.into_iter().collect();
    let lost: Vec<_> = before.difference(&after).collect();
    keep!(
        lost.is_empty(),
        "after the refused deletion {lost:?} is gone"
    );
    Ok(())
}

/// Every other tag stays.
pub(super) async fn a_deleted_tag_is_gone_and_no_other(bench: &Bench) -> Outcome {
    let (tag, there) = pushed(bench).await?;
    let before = bench.tags().await?;
    delete(bench, &tag, &there).await?;
    let after = bench.tags().await?;
    keep!(!after.contains(&tag), "the deleted tag is still listed");
    let lost = before
        .iter()
        .find(|other| **other != tag && !after.contains(other));
    keep!(lost.is_none(), "with it {lost:?} is gone");
    Ok(())
}

/// As a deletion that is tried again finds it.
pub(super) async fn deleting_an_absent_tag_succeeds(bench: &Bench) -> Outcome {
    let tag = format!("not-{}", bench.place.run);
    delete(bench, &tag, &unknown_digest(&bench.place.run)).await?;
    Ok(())
}
