//! What a tag or digest names.

use maquette_host::kinds::registry::Image;

use super::KnownImage;
use super::bench::{Bench, by_key, is_not_found, set, unknown_digest};
use crate::suite::{Failure, Outcome, keep};

async fn known(bench: &Bench, known: &KnownImage) -> Result<Image, Failure> {
    Ok(bench.resolve(&known.tag).await?)
}

/// Digest and media type.
pub(super) async fn a_tag_is_resolved_to_what_it_names(bench: &Bench) -> Outcome {
    let expected = &bench.target.image;
    let found = known(bench, expected).await?;
    keep!(
        found.digest == expected.digest && found.media_type == expected.media_type,
        "`{}` is {} ({}), and was resolved to {} ({})",
        expected.tag,
        expected.digest,
        expected.media_type,
        found.digest,
        found.media_type
    );
    Ok(())
}

/// Without reading the image.
pub(super) async fn the_digest_of_a_tag_is_that_of_its_image(bench: &Bench) -> Outcome {
    let repository = &bench.target.repository;
    for expected in [&bench.target.image, &bench.target.index] {
        let found = bench
            .registry
            .digest(&bench.call(), repository, &expected.tag)
            .await?
            .to_string();
        keep!(
            found == expected.digest,
            "`{}` is {}, and its digest was given as {found}",
            expected.tag,
            expected.digest
        );
    }
    Ok(())
}

/// A tag without image has no digest either.
pub(super) async fn the_digest_of_an_unknown_tag_is_not_found(bench: &Bench) -> Outcome {
    let tag = format!("not-{}", bench.place.run);
    let repository = &bench.target.repository;
    let found = bench.registry.digest(&bench.call(), repository, &tag).await;
    keep!(is_not_found(&found), "digest returned {found:?}");
    Ok(())
}

/// Nothing is remembered of what a tag was.
pub(super) async fn a_tag_that_moved_is_resolved_to_what_it_names_now(bench: &Bench) -> Outcome {
    let Some((tag, pusher)) = bench.target.moving.clone() else {
        return Err(Failure::NotShown(
            "the subject names nobody who moves a tag; give `moving`".to_owned(),
        ));
    };
    let before = bench.resolve(&tag).await?;
    let (repository, moved) = (bench.target.repository.clone(), tag.clone());
    let answer = tokio::task::spawn_blocking(move || pusher.move_tag(&repository, &moved)).await;
    let answer = answer
        .map_err(|error| error.to_string())
        .and_then(|moved| moved);
    let now = answer
        .map_err(|why| Failure::NotShown(format!("the tag `{tag}` cannot be moved: {why}")))?;
    let found = bench.resolve(&tag).await?;
    keep!(
        found.digest == now,
        "`{tag}` was {} and is {now}, and was resolved to {}",
        before.digest,
        found.digest
    );
    Ok(())
}

/// The digest that was asked for is the one that is given.
pub(super) async fn a_digest_is_resolved_to_itself(bench: &Bench) -> Outcome {
    for expected in [&bench.target.image.digest, &bench.target.index.digest] {
        let found = bench.resolve(expected).await?.digest;
        keep!(found == *expected, "{expected} was resolved to {found}");
    }
    Ok(())
}

/// Not that of one of its platforms.
pub(super) async fn an_index_keeps_its_own_digest(bench: &Bench) -> Outcome {
    let expected = &bench.target.index;
    let found = known(bench, expected).await?.digest;
    keep!(
        found == expected.digest,
        "the index `{}` is {}, and was resolved to {found}",
        expected.tag,
        expected.digest
    );
    Ok(())
}

/// All of them, and nothing that is no platform.
pub(super) async fn the_platforms_of_an_index_are_named(bench: &Bench) -> Outcome {
    let expected = &bench.target.index;
    let found = set(&known(bench, expected).await?.platforms);
    keep!(
        found == expected.platforms,
        "the platforms {:?} were given as {found:?}",
        expected.platforms
    );
    Ok(())
}

/// Its time and its platform, of its configuration.
pub(super) async fn an_image_says_when_it_was_made_and_for_what(bench: &Bench) -> Outcome {
    let expected = &bench.target.image;
    let found = known(bench, expected).await?;
    keep!(
        found.created == expected.created && set(&found.platforms) == expected.platforms,
        "made {:?} for {:?}, and given as made {:?} for {:?}",
        expected.created,
        expected.platforms,
        found.created,
        found.platforms
    );
    Ok(())
}

/// All of an image's labels.
pub(super) async fn labels_are_those_of_the_configuration(bench: &Bench) -> Outcome {
    let expected = &bench.target.image;
    let found = by_key(&known(bench, expected).await?.labels);
    keep!(
        found == expected.labels,
        "the labels {:?} were given as {found:?}",
        expected.labels
    );
    Ok(())
}

/// An index has the labels of its first platform, and its annotations win.
pub(super) async fn annotations_come_before_labels(bench: &Bench) -> Outcome {
    let expected = &bench.target.index;
    let found = by_key(&known(bench, expected).await?.labels);
    keep!(
        found == expected.labels,
        "the labels {:?} were given as {found:?}",
        expected.labels
    );
    Ok(())
}

/// Nothing of that name in a repository that is there.
pub(super) async fn an_unknown_tag_is_not_found(bench: &Bench) -> Outcome {
    let found = bench.resolve(&format!("not-{}", bench.place.run)).await;
    keep!(is_not_found(&found), "resolve returned {found:?}");
    Ok(())
}

/// Nothing of that digest in a repository that is there.
pub(super) async fn an_unknown_digest_is_not_found(bench: &Bench) -> Outcome {
    let digest = unknown_digest(&bench.place.run).to_string();
    let found = bench.resolve(&digest).await;
    keep!(is_not_found(&found), "resolve returned {found:?}");
    Ok(())
}
