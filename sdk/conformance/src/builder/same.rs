//! The cache key changes with nothing else.

use maquette_host::Call;
use maquette_host::kinds::builder::Build;

use super::bench::{Bench, destination};
use crate::suite::{Outcome, keep};

/// The other build has the key of this one, unless the builder cannot build it.
async fn same(bench: &Bench, one: &Build, other: &Build, fields: &[&str], what: &str) -> Outcome {
    let Some(first) = bench.plan_with(one, fields).await? else {
        return Ok(());
    };
    let Some(second) = bench.plan_with(other, fields).await? else {
        return Ok(());
    };
    keep!(
        first.cache_key == second.cache_key,
        "{what} changed the key `{}` to `{}`",
        first.cache_key,
        second.cache_key
    );
    Ok(())
}

/// Neither its repository, nor its tags, nor the repository of the cache.
pub(super) async fn where_the_image_goes_does_not_change_the_cache_key(bench: &Bench) -> Outcome {
    let base = bench.build();
    let to = |repository: &str, tags: &[&str]| Build {
        destinations: vec![destination(repository, tags)],
        ..bench.build()
    };
    let elsewhere = to("other.test/kit/api", &["pr-7"]);
    same(bench, &base, &elsewhere, &[], "another destination").await?;
    let tagged = to("registry.test/shop/web", &["pr-8"]);
    same(bench, &base, &tagged, &[], "another tag").await?;
    let cached = Build {
        cache: Some("registry.test/shop/kit-cache".to_owned()),
        ..bench.build()
    };
    same(
        bench,
        &base,
        &cached,
        &["cache"],
        "a repository for the cache",
    )
    .await
}

/// Paths are the operator's, and say nothing of what is in them.
pub(super) async fn where_credentials_are_mounted_does_not_change_the_cache_key(
    bench: &Bench,
) -> Outcome {
    let base = bench.closed();
    let place = |name: &str| format!("/elsewhere-{}/{name}", bench.place.run);
    let moved = Build {
        secrets_dir: place("secrets"),
        docker_config_dir: place("docker"),
        git_credential_dir: Some(place("git")),
        ..base.clone()
    };
    let fields = ["secrets", "git"];
    same(
        bench,
        &base,
        &moved,
        &fields,
        "another place for credentials",
    )
    .await
}

/// Time that is left over makes no other image.
pub(super) async fn how_long_it_may_take_does_not_change_the_cache_key(bench: &Bench) -> Outcome {
    let longer = Build {
        timeout_seconds: 1200,
        ..bench.build()
    };
    let fields = ["timeout-seconds"];
    same(bench, &bench.build(), &longer, &fields, "a longer time").await
}

/// What one workspace has built, another one can use.
pub(super) async fn who_asks_does_not_change_the_cache_key(bench: &Bench) -> Outcome {
    let build = bench.build();
    let first = bench.plan(&build).await?.cache_key;
    let call = Call {
        object: "Component/kit/other".to_owned(),
        installation: "another-cluster".to_owned(),
        ..bench.call()
    };
    let second = bench.builder.plan(&call, &build).await?.cache_key;
    keep!(
        first == second,
        "another object's build changed the key `{first}` to `{second}`"
    );
    Ok(())
}

/// However long the names are that users write.
pub(super) async fn a_cache_key_has_at_most_128_characters(bench: &Bench) -> Outcome {
    let build = Build {
        context_dir: Some(["a-folder-with-a-long-name"; 8].join("/")),
        ..bench.build()
    };
    // The host takes no longer one.
    bench.plan_with(&build, &["context-dir"]).await.map(drop)
}
