//! What runs for a build.

use std::collections::BTreeSet;

use maquette_host::kinds::builder::{Build, Job};
use maquette_host::{CallError, PluginError};
use serde_json::Value;

use super::bench::{Bench, destination, parameter, says, template};
use crate::suite::{Failure, Outcome, keep};

/// Bytes of all values of a `ConfigMap` together: <https://kubernetes.io/docs/concepts/configuration/configmap/>.
const CONFIG_MAP_BYTES: usize = 1 << 20;

/// For the least that a build says: containers with a name of their own and an image, one of them called `build`.
pub(super) async fn a_plan_is_a_pod_with_the_container_build(bench: &Bench) -> Outcome {
    let job = bench.plan(&bench.bare()).await?;
    let template = template(&job)?;
    let other = |fields: &serde_json::Map<String, Value>| {
        let known = ["apiVersion", "kind", "metadata", "spec"];
        let mut keys = fields.keys();
        keys.find(|key| !known.contains(&key.as_str())).cloned()
    };
    if let Some(field) = template.as_object().and_then(other) {
        keep!(false, "a PodTemplateSpec has no field `{field}`");
    }
    let mut names = BTreeSet::new();
    let containers = template.pointer("/spec/containers");
    for container in containers.and_then(Value::as_array).into_iter().flatten() {
        let text = |field: &str| container.get(field).and_then(Value::as_str);
        let name = text("name").unwrap_or_default();
        keep!(
            !name.is_empty() && names.insert(name.to_owned()),
            "a container's name `{name}` is empty or there twice"
        );
        keep!(
            text("image").is_some_and(|image| !image.is_empty()),
            "the container `{name}` has no image"
        );
    }
    Ok(())
}

/// Commit, folder, Dockerfile, stage, arguments, platforms, destinations with their tags, and cache: in the template or
/// in a file.
pub(super) async fn a_plan_says_all_that_the_build_asks_for(bench: &Bench) -> Outcome {
    let (base, full) = (bench.build(), bench.full());
    let one = |field: &'static str, build: Build, wanted: &[&str]| {
        let wanted: Vec<String> = wanted.iter().map(|text| (*text).to_owned()).collect();
        (field, build, wanted)
    };
    let asked = [
        one("repository", base.clone(), &[&base.repository]),
        one("revision", base.clone(), &[&base.revision]),
        one("context-dir", base.clone(), &["services/kit-web"]),
        one(
            "dockerfile",
            Build {
                dockerfile: full.dockerfile,
                ..base.clone()
            },
            &["kit.Dockerfile"],
        ),
        one(
            "target",
            Build {
                target: full.target,
                ..base.clone()
            },
            &["kit-stage"],
        ),
        one(
            "args",
            Build {
                args: vec![parameter("KIT_A", "one-a"), parameter("KIT_B", "two-b")],
                ..base.clone()
            },
            &["KIT_A", "one-a", "KIT_B", "two-b"],
        ),
        one(
            "platforms",
            Build {
                platforms: full.platforms,
                ..base.clone()
            },
            &["linux/amd64", "linux/arm64"],
        ),
        one(
            "destinations",
            Build {
                destinations: vec![
                    destination("registry.test/kit/first", &["kit-1", "kit-2"]),
                    destination("other.test/kit/second", &["kit-3"]),
                ],
                ..base.clone()
            },
            &[
                "registry.test/kit/first",
                "kit-1",
                "kit-2",
                "other.test/kit/second",
                "kit-3",
            ],
        ),
        one(
            "cache",
            Build {
                cache: full.cache,
                ..base
            },
            &["registry.test/shop/kit-cache"],
        ),
    ];
    for (field, build, wanted) in asked {
        let Some(job) = bench.plan_with(&build, &[field]).await? else {
            continue;
        };
        let template = template(&job)?;
        for text in wanted {
            keep!(
                says(&job, &template, &text),
                "`{text}` of `{field}` is neither in the template nor in a file; refuse what cannot be built"
            );
        }
    }
    Ok(())
}

/// To the letter, in every attempt.
pub(super) async fn the_same_build_gives_the_same_plan(bench: &Bench) -> Outcome {
    let build = bench.build();
    let first = bench.plan(&build).await?;
    for _ in 0..3 {
        let again = bench.plan(&build).await?;
        keep!(first == again, "planned as {first:?} and as {again:?}");
    }
    Ok(())
}

/// The plan for everything at once, or for what the builder can.
async fn whole(bench: &Bench) -> Result<Job, Failure> {
    let fields = [
        "dockerfile",
        "target",
        "args",
        "platforms",
        "cache",
        "secrets",
        "git",
    ];
    match bench.plan_with(&bench.full(), &fields).await? {
        Some(job) => Ok(job),
        None => bench.plan(&bench.build()).await,
    }
}

/// Each once.
pub(super) async fn files_are_named_by_absolute_paths(bench: &Bench) -> Outcome {
    // The host takes no others.
    whole(bench).await.map(drop)
}

/// Also for a build with many arguments.
pub(super) async fn files_fit_into_a_config_map(bench: &Bench) -> Outcome {
    let argument = |number: usize| parameter(&format!("KIT_{number}"), &"x".repeat(100));
    let build = Build {
        args: (0..50).map(argument).collect(),
        ..bench.build()
    };
    let job = match bench.plan_with(&build, &["args"]).await? {
        Some(job) => job,
        None => whole(bench).await?,
    };
    let bytes: usize = job.files.iter().map(|file| file.content.len()).sum();
    keep!(
        bytes <= CONFIG_MAP_BYTES,
        "the files have {bytes} bytes, and a ConfigMap {CONFIG_MAP_BYTES}"
    );
    Ok(())
}

/// It can never give an image, and the user has to change that field.
pub(super) async fn a_build_without_a_destination_is_refused_with_its_field(
    bench: &Bench,
) -> Outcome {
    let build = Build {
        destinations: Vec::new(),
        ..bench.build()
    };
    let answer = bench.builder.plan(&bench.call(), &build).await;
    let refused = matches!(
        &answer,
        Err(CallError::Plugin(PluginError::Invalid { path, message }))
            if path.contains("destinations") && !message.is_empty()
    );
    keep!(
        refused,
        "it is not `invalid` with `destinations`: {answer:?}"
    );
    Ok(())
}

/// No request, whatever the Provider grants.
pub(super) async fn planning_asks_nobody(bench: &Bench) -> Outcome {
    let Some(provider) = bench.place.watched()? else {
        return Ok(());
    };
    bench.place.script.set(|_| crate::faults::Action::Forward);
    provider
        .builder()?
        .plan(&bench.call(), &bench.build())
        .await?;
    let asked = bench.place.script.seen();
    keep!(asked.is_empty(), "it sent {asked:?}");
    Ok(())
}
