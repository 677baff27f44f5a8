//! The cache key changes with everything that can change the image.

use maquette_host::kinds::builder::Build;

use super::bench::{Bench, parameter};
use crate::suite::{Failure, Outcome, keep};

/// No two of these builds have one key. What the builder cannot build is left out.
async fn differ(bench: &Bench, fields: &[&str], builds: &[Build]) -> Outcome {
    let mut keys: Vec<(String, &Build)> = Vec::new();
    for build in builds {
        let Some(job) = bench.plan_with(build, fields).await? else {
            continue;
        };
        if let Some((key, same)) = keys.iter().find(|(key, _)| *key == job.cache_key) {
            keep!(
                false,
                "the key `{key}` is that of {same:?} and of {build:?}"
            );
        }
        keys.push((job.cache_key, build));
    }
    Ok(())
}

/// The source is another one.
pub(super) async fn another_revision_changes_the_cache_key(bench: &Bench) -> Outcome {
    let other = Build {
        revision: "0000000000000000000000000000000000000001".to_owned(),
        ..bench.build()
    };
    differ(bench, &[], &[bench.build(), other]).await
}

/// Another folder of the same commit.
pub(super) async fn another_folder_changes_the_cache_key(bench: &Bench) -> Outcome {
    let other = Build {
        context_dir: Some("services/kit-api".to_owned()),
        ..bench.build()
    };
    differ(bench, &["context-dir"], &[bench.build(), other]).await
}

/// Another Dockerfile of the same folder.
pub(super) async fn another_dockerfile_changes_the_cache_key(bench: &Bench) -> Outcome {
    let with = |name: &str| Build {
        dockerfile: Some(name.to_owned()),
        ..bench.build()
    };
    let builds = [with("kit-a.Dockerfile"), with("kit-b.Dockerfile")];
    differ(bench, &["dockerfile"], &builds).await
}

/// Another stage of the same Dockerfile.
pub(super) async fn another_stage_changes_the_cache_key(bench: &Bench) -> Outcome {
    let with = |name: &str| Build {
        target: Some(name.to_owned()),
        ..bench.build()
    };
    differ(
        bench,
        &["target"],
        &[bench.build(), with("kit-a"), with("kit-b")],
    )
    .await
}

/// Another value, another name, or one more.
pub(super) async fn another_build_argument_changes_the_cache_key(bench: &Bench) -> Outcome {
    let with = |args: &[(&str, &str)]| Build {
        args: args
            .iter()
            .map(|(name, value)| parameter(name, value))
            .collect(),
        ..bench.build()
    };
    let builds = [
        with(&[]),
        with(&[("KIT_A", "1")]),
        with(&[("KIT_A", "2")]),
        with(&[("KIT_B", "1")]),
        with(&[("KIT_A", "1"), ("KIT_B", "1")]),
    ];
    differ(bench, &["args"], &builds).await
}

/// One platform, another, and both.
pub(super) async fn other_platforms_change_the_cache_key(bench: &Bench) -> Outcome {
    let with = |platforms: &[&str]| Build {
        platforms: platforms.iter().map(|name| (*name).to_owned()).collect(),
        ..bench.build()
    };
    let builds = [
        with(&["linux/amd64"]),
        with(&["linux/arm64"]),
        with(&["linux/amd64", "linux/arm64"]),
    ];
    differ(bench, &["platforms"], &builds).await
}

/// A build that finds a secret can do what one without it cannot.
pub(super) async fn another_build_secret_changes_the_cache_key(bench: &Bench) -> Outcome {
    let with = |secrets: &[&str]| Build {
        secrets: secrets.iter().map(|name| (*name).to_owned()).collect(),
        ..bench.build()
    };
    let builds = [with(&[]), with(&["kit-npm"]), with(&["kit-maven"])];
    differ(bench, &["secrets"], &builds).await
}

/// The builder itself makes the image what it is.
pub(super) async fn another_configuration_changes_the_cache_key(bench: &Bench) -> Outcome {
    let Some(other) = &bench.place.other else {
        return Err(Failure::NotShown(
            "the subject names no configuration with which another image would come of the same build; give \
             `other-config`"
                .to_owned(),
        ));
    };
    let build = bench.build();
    let first = bench.plan(&build).await?.cache_key;
    let second = other
        .builder()?
        .plan(&bench.call(), &build)
        .await?
        .cache_key;
    keep!(
        first != second,
        "both configurations give the key `{first}`"
    );
    Ok(())
}

/// What ends one field and begins the next is told apart, whatever users write.
pub(super) async fn no_two_fields_run_together_in_the_cache_key(bench: &Bench) -> Outcome {
    let argued = |args: &[(&str, &str)]| Build {
        args: args
            .iter()
            .map(|(name, value)| parameter(name, value))
            .collect(),
        ..bench.build()
    };
    let mut builds = vec![argued(&[("KIT_A", "1"), ("KIT_B", "2")])];
    for between in ["", " ", ",", ";", "&", ":", "|", "/", "-", "\t"] {
        builds.push(argued(&[("KIT_A", &format!("1{between}KIT_B=2"))]));
    }
    differ(bench, &["args"], &builds).await?;
    let file = |folder: &str, dockerfile: &str| Build {
        context_dir: Some(folder.to_owned()),
        dockerfile: Some(dockerfile.to_owned()),
        ..bench.build()
    };
    let builds = [file("kit", "web/Dockerfile"), file("kit/web", "Dockerfile")];
    differ(bench, &["context-dir", "dockerfile"], &builds).await?;
    let swapped = |dockerfile: &str, target: &str| Build {
        dockerfile: Some(dockerfile.to_owned()),
        target: Some(target.to_owned()),
        ..bench.build()
    };
    let builds = [swapped("kit-a", "kit-b"), swapped("kit-b", "kit-a")];
    differ(bench, &["dockerfile", "target"], &builds).await
}
