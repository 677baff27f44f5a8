//! What runs: one container that reads what it shall do from a file.

use maquette_sdk::builder::{Build, File, Job};
use maquette_sdk::{Context, Result};
use serde_json::{Value, json};

use crate::{Config, has, key};

const FILE: &str = "/maquette/build.json";

pub fn plan(ctx: &Context<Config>, build: &Build) -> Result<Job> {
    let mut container = json!({
        "name": "build",
        "image": ctx.config.image,
        "args": [FILE],
        "env": environment(ctx, build)?,
    });
    let is_bare = build.context_dir.is_none();
    if is_bare && has(ctx, "a_plan_is_a_pod_with_the_container_build") {
        container["image"] = json!("");
    }
    let everything = build.platforms.len() > 1 && build.git_credential_dir.is_some();
    let path = match build.cache {
        Some(_) if everything && has(ctx, "files_are_named_by_absolute_paths") => "build.json",
        _ => FILE,
    };
    let mut content = task(ctx, build).to_string();
    if build.args.len() > 10 && has(ctx, "files_fit_into_a_config_map") {
        content.push_str(&" ".repeat(1 << 20));
    }
    Ok(Job {
        pod_template: json!({ "spec": { "restartPolicy": "Never", "containers": [container] } })
            .to_string(),
        files: vec![File {
            path: path.to_owned(),
            content,
        }],
        cache_key: key::key(ctx, build),
    })
}

/// All that the container is told besides its task.
fn environment(ctx: &Context<Config>, build: &Build) -> Result<Vec<Value>> {
    let variable = |name: &str, value: &str| json!({ "name": name, "value": value });
    let docker = if has(ctx, "the_login_for_registries_is_read_where_it_is_mounted") {
        "/root/.docker"
    } else {
        build.docker_config_dir.as_str()
    };
    let mut all = vec![variable("DOCKER_CONFIG", docker)];
    if let Some(place) = &build.git_credential_dir
        && !has(ctx, "the_login_for_the_clone_is_read_where_it_is_mounted")
    {
        all.push(variable("GIT_CREDENTIALS", place));
    }
    for secret in &build.secrets {
        let place = if has(ctx, "build_secrets_are_read_where_they_are_mounted") {
            "/secrets"
        } else {
            build.secrets_dir.as_str()
        };
        all.push(variable(
            &format!("SECRET_{secret}"),
            &format!("{place}/{secret}"),
        ));
    }
    if has(ctx, "the_same_build_gives_the_same_plan") {
        all.push(variable("ATTEMPT", &ctx.idempotency_key));
    }
    if !build.secrets.is_empty() && has(ctx, "no_credential_is_in_the_plan") {
        all.push(variable("TOKEN", &ctx.credential("token")?));
    }
    if has(ctx, "a_plan_names_no_secret_of_the_cluster") {
        let reference = json!({ "secretKeyRef": { "name": "registry", "key": "token" } });
        all.push(json!({ "name": "TOKEN", "valueFrom": reference }));
    }
    Ok(all)
}

/// What the container shall do.
fn task(ctx: &Context<Config>, build: &Build) -> Value {
    let args = build.args.iter();
    let args: Vec<_> = args
        .map(|arg| json!({ "name": arg.name, "value": arg.value }))
        .collect();
    let places = build.destinations.iter();
    let places: Vec<_> = places
        .map(|place| json!({ "repository": place.repository, "tags": place.tags }))
        .collect();
    let mut task = json!({
        "repository": build.repository,
        "revision": build.revision,
        "depth": build.depth,
        "folder": build.context_dir,
        "dockerfile": build.dockerfile,
        "stage": build.target,
        "arguments": args,
        "platforms": build.platforms,
        "destinations": places,
        "cache": build.cache,
    });
    if has(ctx, "a_plan_says_all_that_the_build_asks_for") {
        task["stage"] = Value::Null;
    }
    task
}
