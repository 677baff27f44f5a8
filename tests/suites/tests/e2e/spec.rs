//! What cannot work as it is written is said on the workspace, with the names that were meant.

use serde_json::{Value, json};

use crate::support::Place;
use crate::support::manifests::inside;

/// The workspace is Stalled with `reason` and a message that contains each of `words`, and nothing was made.
async fn is_refused(name: &str, components: &[Value], reason: &str, words: &[&str]) {
    let place = Place::new(name).await;
    let workspace = place.workspace(name);
    workspace.apply(&inside(components)).await;
    let told = workspace.stalled(reason).await;
    let missing: Vec<&&str> = words
        .iter()
        .filter(|word| !told.message.contains(**word))
        .collect();
    assert!(missing.is_empty(), "{missing:?} not in: {}", told.message);
    workspace.delete().await;
    workspace.gone().await;
}

/// A component that never gets so far as to pull its image.
fn component(name: &str, more: &Value) -> Value {
    let mut component = json!({"name": name, "template": {"containers": [{"name": "main", "image": "registry.test/none:1"}]}});
    for (field, value) in more.as_object().unwrap() {
        component[field] = value.clone();
    }
    component
}

#[tokio::test]
async fn a_cycle_of_dependencies_is_shown_with_its_path() {
    let on = |other: &str| json!({"dependsOn": [{"component": other}]});
    let components = [
        component("egg", &on("hen")),
        component("hen", &on("nest")),
        component("nest", &on("egg")),
    ];
    is_refused(
        "cycle",
        &components,
        "DependencyCycle",
        &["egg → hen → nest → egg"],
    )
    .await;
}

#[tokio::test]
async fn a_dependency_on_a_name_that_does_not_exist_suggests_the_nearest_one() {
    let components = [
        component("redis", &json!({})),
        component("web", &json!({"dependsOn": [{"component": "reddis"}]})),
    ];
    is_refused(
        "dependency",
        &components,
        "UnknownDependency",
        &["`web`", "`reddis`", "`redis`"],
    )
    .await;
}

#[tokio::test]
async fn a_reference_to_something_that_does_not_exist_suggests_the_nearest_one() {
    let mut web = component("web", &json!({}));
    web["template"]["containers"][0]["env"] =
        json!([{"name": "REDIS", "value": "${components::redis.networks.tpc}"}]);
    let redis = component(
        "redis",
        &json!({"networks": [{"name": "tcp", "port": 6379}]}),
    );
    let words = [
        "components::redis.networks.tpc",
        "components::redis.networks.tcp",
        "env[0].value",
    ];
    is_refused("reference", &[redis, web], "UnknownReference", &words).await;
}
