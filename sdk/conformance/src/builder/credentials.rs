//! No secret is in the plan: credentials are mounted by the operator at the paths that the build names.

use maquette_host::kinds::builder::Build;
use serde_json::Value;

use super::bench::{Bench, says, template};
use crate::suite::{Outcome, keep};
use crate::texts::{credential_in, texts};

/// Where a pod template takes something from a Secret of the cluster, by JSON key (core/v1). What the images of the pod
/// are pulled with no container sees, so `imagePullSecrets` may be there.
const REFERENCES: [&str; 3] = ["secretKeyRef", "secretRef", "secret"];

/// Neither a value of the Provider's credentials, nor what stands for one in the plugin.
pub(super) async fn no_credential_is_in_the_plan(bench: &Bench) -> Outcome {
    let fields = ["secrets", "git"];
    let job = bench.plan_with(&bench.closed(), &fields).await?;
    let job = match job {
        Some(job) => job,
        None => bench.plan(&bench.build()).await?,
    };
    let template = template(&job)?;
    let mut all = texts(&template);
    all.extend(
        job.files
            .iter()
            .flat_map(|file| [&*file.path, &*file.content]),
    );
    all.push(&job.cache_key);
    if let Some(name) = credential_in(&all, &bench.credentials) {
        keep!(false, "the credential `{name}` is in the plan");
    }
    Ok(())
}

/// Secrets that nobody granted the build could be any of the namespace.
pub(super) async fn a_plan_names_no_secret_of_the_cluster(bench: &Bench) -> Outcome {
    for build in [bench.build(), bench.closed()] {
        let Some(job) = bench.plan_with(&build, &["secrets", "git"]).await? else {
            continue;
        };
        if let Some(key) = reference(&template(&job)?) {
            keep!(
                false,
                "the template has `{key}`; the operator mounts what a build needs at the paths that the build names"
            );
        }
    }
    Ok(())
}

fn reference(document: &Value) -> Option<&'static str> {
    match document {
        Value::Object(fields) => {
            let own = REFERENCES.into_iter().find(|key| fields.contains_key(*key));
            own.or_else(|| fields.values().find_map(reference))
        }
        Value::Array(items) => items.iter().find_map(reference),
        _ => None,
    }
}

/// The directory is named in the template or in a file.
pub(super) async fn the_login_for_registries_is_read_where_it_is_mounted(bench: &Bench) -> Outcome {
    let build = bench.build();
    names(
        bench,
        &build,
        "docker-config-dir",
        &[&build.docker_config_dir],
    )
    .await
}

/// The directory and each secret are named in the template or in a file.
pub(super) async fn build_secrets_are_read_where_they_are_mounted(bench: &Bench) -> Outcome {
    let build = Build {
        git_credential_dir: None,
        ..bench.closed()
    };
    names(
        bench,
        &build,
        "secrets",
        &[&build.secrets_dir, "kit-npm", "kit-maven"],
    )
    .await
}

/// The directory is named in the template or in a file.
pub(super) async fn the_login_for_the_clone_is_read_where_it_is_mounted(bench: &Bench) -> Outcome {
    let build = Build {
        secrets: Vec::new(),
        ..bench.closed()
    };
    let place = build.git_credential_dir.clone().unwrap_or_default();
    names(bench, &build, "git-credential-dir", &[&place]).await
}

async fn names(bench: &Bench, build: &Build, field: &str, wanted: &[&str]) -> Outcome {
    let Some(job) = bench.plan_with(build, &[field]).await? else {
        return Ok(());
    };
    let template = template(&job)?;
    for text in wanted {
        keep!(
            says(&job, &template, text),
            "`{text}` of `{field}` is neither in the template nor in a file, so nothing is read there"
        );
    }
    Ok(())
}
