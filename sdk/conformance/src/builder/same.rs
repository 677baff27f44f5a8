//! The identity of a plan: with it the host computes the cache key, so it changes with the builder and with nothing else.

use maquette_host::Call;
use maquette_host::kinds::builder::Build;

use super::bench::{Bench, destination};
use crate::suite::{Failure, Outcome, keep};

/// To the letter, in every attempt.
pub(super) async fn the_same_build_gives_the_same_plan(bench: &Bench) -> Outcome {
    let build = Bench::build();
    let first = bench.plan(&build).await?;
    for _ in 0..3 {
        let again = bench.plan(&build).await?;
        keep!(first == again, "planned as {first:?} and as {again:?}");
    }
    Ok(())
}

/// What one workspace has built, another one can use.
pub(super) async fn who_asks_does_not_change_the_plan(bench: &Bench) -> Outcome {
    let build = Bench::build();
    let asked = bench.call();
    let first = bench.builder.plan(&asked, &build).await?;
    let call = Call {
        object: "Component/kit/other".to_owned(),
        installation: "another-cluster".to_owned(),
        ..asked
    };
    let second = bench.builder.plan(&call, &build).await?;
    keep!(
        first == second,
        "another object's build changed the plan {first:?} to {second:?}"
    );
    Ok(())
}

/// The builder itself decides the image.
pub(super) async fn another_configuration_changes_the_identity(bench: &Bench) -> Outcome {
    let Some(other) = &bench.place.other else {
        return Err(Failure::NotShown(
            "the subject names no configuration with which another image would come of the same build; give \
             `other-config`"
                .to_owned(),
        ));
    };
    let build = Bench::build();
    let first = bench.plan(&build).await?.cache_key;
    let second = other.builder()?.plan(&bench.call(), &build).await?;
    keep!(
        first != second.cache_key,
        "the identity is the same with both configurations"
    );
    Ok(())
}

/// Neither the repository, nor the tags, nor the cache.
pub(super) async fn where_the_image_is_pushed_does_not_change_the_identity(
    bench: &Bench,
) -> Outcome {
    let first = bench.plan(&Bench::build()).await?.cache_key;
    let to = |repository: &str, tags: &[&str]| Build {
        destinations: vec![destination(repository, tags)],
        ..Bench::build()
    };
    let cached = Build {
        cache_to: Some("registry.test/shop/kit-cache:main".to_owned()),
        ..Bench::build()
    };
    for (other, what) in [
        (to("other.test/kit/api", &["pr-7"]), "another destination"),
        (to("registry.test/shop/web", &["pr-8"]), "another tag"),
        (cached, "a cache"),
    ] {
        let Some(second) = bench.plan_with(&other, &["cache"]).await? else {
            continue;
        };
        keep!(first == second.cache_key, "{what} changed the identity");
    }
    Ok(())
}
