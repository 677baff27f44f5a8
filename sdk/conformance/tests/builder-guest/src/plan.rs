//! The jobs: one container clones, and one builds as a file tells it.

use maquette_sdk::builder::{Build, File, Job, Login, Plan, volume};
use maquette_sdk::{Context, Result};
use serde_json::{Value, json};

use crate::{Config, has};

pub fn plan(ctx: &Context<Config>, build: &Build) -> Result<Plan> {
    let own = |fault: &str, needed: bool| needed && !has(ctx, fault);
    let unneeded = has(ctx, "what_a_build_does_not_need_is_not_mounted");
    let git = build.source.login != Login::Anonymous;
    let mut clone = vec![volume::WORK];
    if own("the_login_for_the_clone_is_mounted", git) || unneeded {
        clone.push(volume::GIT);
    }
    let mut main = vec![volume::WORK, volume::FILES];
    if own("the_login_for_registries_is_mounted", true) {
        main.push(volume::REGISTRIES);
    }
    if own(
        "build_secrets_are_mounted_and_named",
        !build.secrets.is_empty(),
    ) {
        main.push(volume::SECRETS);
    }
    let mut template = json!({ "spec": {
        "initContainers": [container(ctx, "clone", &clone, &[])],
        "containers": [container(ctx, "build", &main, &environment(ctx, build)?)],
    } });
    if build.context_dir.is_none() && has(ctx, "a_plan_is_a_pod_template") {
        template["status"] = json!({});
    }
    let mut content = task(ctx, build).to_string();
    if build.args.len() > 10 && has(ctx, "files_fit_into_a_config_map") {
        content.push_str(&" ".repeat(1 << 20));
    }
    let job = Job {
        pod_template: template.to_string(),
        files: vec![File {
            name: "build.json".to_owned(),
            content,
        }],
        platform: None,
    };
    Ok(Plan {
        jobs: vec![job],
        identity: identity(ctx, build),
    })
}

fn identity(ctx: &Context<Config>, build: &Build) -> Vec<String> {
    let mut identity = vec!["guest".to_owned()];
    if !has(ctx, "another_configuration_changes_the_identity") {
        identity.push(ctx.config.image.clone());
    }
    if has(
        ctx,
        "where_the_image_is_pushed_does_not_change_the_identity",
    ) {
        identity.push(format!("{:?}", build.destinations));
    }
    identity
}

fn container(ctx: &Context<Config>, name: &str, volumes: &[&str], env: &[Value]) -> Value {
    let mounts = volumes
        .iter()
        .map(|name| json!({ "name": name, "mountPath": format!("/{name}") }));
    let mounts: Vec<Value> = mounts.collect();
    json!({ "name": name, "image": ctx.config.image, "env": env, "volumeMounts": mounts })
}

/// All that the container is told besides its task.
fn environment(ctx: &Context<Config>, build: &Build) -> Result<Vec<Value>> {
    let variable = |name: &str, value: &str| json!({ "name": name, "value": value });
    let mut all = vec![variable("DOCKER_CONFIG", "/maquette-registries")];
    if has(ctx, "the_same_build_gives_the_same_plan") {
        all.push(variable("ATTEMPT", &ctx.idempotency_key));
    }
    if has(ctx, "who_asks_does_not_change_the_plan") {
        all.push(variable("OBJECT", &ctx.object));
    }
    if !build.secrets.is_empty() && has(ctx, "no_credential_is_in_the_plan") {
        all.push(variable("TOKEN", &ctx.credential("token")?));
    }
    Ok(all)
}

/// The task of the container.
fn task(ctx: &Context<Config>, build: &Build) -> Value {
    let pairs = |pairs: &[maquette_sdk::builder::Pair]| -> Vec<Value> {
        let pairs = pairs.iter();
        pairs
            .map(|pair| json!({ "name": pair.name, "value": pair.value }))
            .collect()
    };
    let places = build.destinations.iter();
    let places: Vec<_> = places
        .map(|place| json!({ "repository": place.repository, "tags": place.tags }))
        .collect();
    let secrets = build.secrets.iter().map(|secret| &secret.name);
    let mut task = json!({
        "repository": build.source.repository,
        "revision": build.source.revision,
        "depth": build.source.depth,
        "folder": build.context_dir,
        "dockerfile": build.dockerfile,
        "stage": build.target,
        "arguments": pairs(&build.args),
        "labels": pairs(&build.labels),
        "platforms": build.platforms,
        "destinations": places,
        "caches": build.cache_from,
        "written": build.cache_to,
        "secrets": secrets.collect::<Vec<_>>(),
        "epoch": build.source_date_epoch.map(|seconds| seconds.to_string()),
    });
    if has(ctx, "a_plan_says_all_that_the_build_asks_for") {
        task["stage"] = Value::Null;
    }
    if has(ctx, "a_cache_that_is_only_read_is_not_written") {
        task["cache-to"] = json!(build.cache_from);
    }
    task
}
