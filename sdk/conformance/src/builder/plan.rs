//! The jobs for a build.

use maquette_host::kinds::builder::Build;
use maquette_host::{CallError, PluginError};

use super::bench::{Bench, destination, pair, says, template};
use crate::suite::{Outcome, keep};

/// Bytes of all values of a `ConfigMap` together: <https://kubernetes.io/docs/concepts/configuration/configmap/>.
const CONFIG_MAP_BYTES: usize = 1 << 20;

/// For the least that a build says. The host has checked the containers.
pub(super) async fn a_plan_is_a_pod_template(bench: &Bench) -> Outcome {
    for job in bench.plan(&Bench::bare()).await?.jobs {
        let template = template(&job)?;
        let known = ["apiVersion", "kind", "metadata", "spec"];
        let fields = template.as_object().into_iter().flatten();
        let mut other = fields.filter(|(field, _)| !known.contains(&field.as_str()));
        if let Some((field, _)) = other.next() {
            keep!(false, "a PodTemplateSpec has no field `{field}`");
        }
    }
    Ok(())
}

/// Commit, folder, Dockerfile, stage, arguments, labels, platforms, destinations with their tags, caches and time: in a template or
/// in a file.
pub(super) async fn a_plan_says_all_that_the_build_asks_for(bench: &Bench) -> Outcome {
    let with = |change: &dyn Fn(&mut Build)| {
        let mut build = Bench::build();
        change(&mut build);
        build
    };
    let text = |text: &str| Some(text.to_owned());
    let list =
        |items: &[&str]| -> Vec<String> { items.iter().map(|it| (*it).to_owned()).collect() };
    let source = Bench::build().source;
    let asked: [(&str, Build, Vec<String>); 12] = [
        ("source.repository", Bench::build(), vec![source.repository]),
        ("source.revision", Bench::build(), vec![source.revision]),
        ("context-dir", Bench::build(), list(&["services/kit-web"])),
        (
            "dockerfile",
            with(&|build| build.dockerfile = text("kit.Dockerfile")),
            list(&["kit.Dockerfile"]),
        ),
        (
            "target",
            with(&|build| build.target = text("kit-stage")),
            list(&["kit-stage"]),
        ),
        (
            "args",
            with(&|build| build.args = vec![pair("KIT_A", "one-a"), pair("KIT_B", "two-b")]),
            list(&["KIT_A", "one-a", "KIT_B", "two-b"]),
        ),
        (
            "labels",
            with(&|build| build.labels = vec![pair("kit.label", "three-c")]),
            list(&["kit.label", "three-c"]),
        ),
        (
            "platforms",
            with(&|build| build.platforms = list(&["linux/amd64", "linux/arm64"])),
            list(&["linux/amd64", "linux/arm64"]),
        ),
        (
            "destinations",
            with(&|build| {
                build.destinations = vec![
                    destination("registry.test/kit/first", &["kit-1", "kit-2"]),
                    destination("other.test/kit/second", &[]),
                ];
            }),
            list(&[
                "registry.test/kit/first",
                "kit-1",
                "kit-2",
                "other.test/kit/second",
            ]),
        ),
        (
            "cache-from",
            with(&|build| build.cache_from = list(&["registry.test/kit-cache:main"])),
            list(&["registry.test/kit-cache:main"]),
        ),
        (
            "cache-to",
            with(&|build| build.cache_to = text("registry.test/kit-cache:pr-7")),
            list(&["registry.test/kit-cache:pr-7"]),
        ),
        (
            "source-date-epoch",
            with(&|build| build.source_date_epoch = Some(1_234_567)),
            list(&["1234567"]),
        ),
    ];
    for (field, build, wanted) in asked {
        let Some(plan) = bench.plan_with(&build, &[field]).await? else {
            continue;
        };
        for text in wanted {
            keep!(
                says(&plan, &text)?,
                "`{text}` of `{field}` is neither in a template nor in a file; refuse what cannot be built"
            );
        }
    }
    Ok(())
}

/// A build of a commit that is not trusted must not write the cache that others read.
pub(super) async fn a_cache_that_is_only_read_is_not_written(bench: &Bench) -> Outcome {
    let reading = Build {
        cache_from: vec!["registry.test/kit-cache:main".to_owned()],
        ..Bench::build()
    };
    let Some(plan) = bench.plan_with(&reading, &["cache-from"]).await? else {
        return Ok(());
    };
    for said in ["export-cache", "cache-to"] {
        keep!(
            !says(&plan, said)?,
            "without `cache-to` the plan says `{said}`"
        );
    }
    Ok(())
}

/// Also for a build with many arguments.
pub(super) async fn files_fit_into_a_config_map(bench: &Bench) -> Outcome {
    let argument = |number: usize| pair(&format!("KIT_{number}"), &"x".repeat(100));
    let build = Build {
        args: (0..50).map(argument).collect(),
        ..Bench::build()
    };
    let plan = match bench.plan_with(&build, &["args"]).await? {
        Some(plan) => plan,
        None => bench.plan(&Bench::build()).await?,
    };
    for job in plan.jobs {
        let bytes: usize = job.job.files.iter().map(|file| file.content.len()).sum();
        keep!(
            bytes <= CONFIG_MAP_BYTES,
            "the files have {bytes} bytes, and a ConfigMap {CONFIG_MAP_BYTES}"
        );
    }
    Ok(())
}

/// It can never give an image, and the user has to change that field.
pub(super) async fn a_build_without_a_destination_is_refused_with_its_field(
    bench: &Bench,
) -> Outcome {
    let build = Build {
        destinations: Vec::new(),
        ..Bench::build()
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
        .plan(&bench.call(), &Bench::build())
        .await?;
    let asked = bench.place.script.seen();
    keep!(asked.is_empty(), "it sent {asked:?}");
    Ok(())
}
