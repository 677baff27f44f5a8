//! A component that cannot start is explained on the workspace within seconds, and comes up once the spec is right.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::Place;
use crate::support::manifests::inside;

/// The workspace explains `wrong` with `reason` and a message that contains each of `words`; corrected, it is Ready.
async fn is_explained_and_heals(place: &Place, wrong: Value, reason: &str, words: &[&str]) {
    let workspace = place.workspace("trouble");
    workspace.apply(&inside(&[wrong])).await;
    let told = workspace.explained(reason, words).await;
    assert!(told.message.contains("component web"), "{}", told.message);

    workspace
        .apply(&inside(&[place.server("web", "well")]))
        .await;
    workspace.ready().await;
    workspace.delete().await;
    workspace.gone().await;
}

/// A server whose container has another field.
fn with(place: &Place, field: &str, value: Value) -> Value {
    let mut server = place.server("web", "well");
    server["template"]["containers"][0][field] = value;
    server
}

#[tokio::test]
async fn an_image_that_does_not_exist_is_named() {
    let place = Place::new("image").await;
    let wrong = with(&place, "image", json!("registry.test/no-such-shop:7"));
    is_explained_and_heals(
        &place,
        wrong,
        "ImagePullFailed",
        &["registry.test/no-such-shop:7"],
    )
    .await;
}

#[tokio::test]
async fn a_container_that_ends_again_and_again_is_quoted() {
    let place = Place::new("crash").await;
    let wrong = with(&place, "args", json!(["fail", "no flour in the kitchen"]));
    is_explained_and_heals(
        &place,
        wrong,
        "CrashLoop",
        &["exit code 3", "no flour in the kitchen"],
    )
    .await;
}

#[tokio::test]
async fn a_container_that_eats_more_than_its_memory_limit_is_told_apart_from_a_crash() {
    let place = Place::new("memory").await;
    let mut wrong = with(&place, "args", json!(["eat", "512"]));
    wrong["template"]["containers"][0]["resources"] = json!({"limits": {"memory": "64Mi"}});
    is_explained_and_heals(&place, wrong, "OutOfMemory", &["resources.limits.memory"]).await;
}

#[tokio::test]
async fn a_pod_that_no_node_has_room_for_is_unschedulable() {
    let place = Place::new("room").await;
    let wrong = with(&place, "resources", json!({"requests": {"cpu": "4000"}}));
    is_explained_and_heals(&place, wrong, "Unschedulable", &["Insufficient cpu"]).await;
}

#[tokio::test]
async fn a_secret_that_does_not_exist_is_named() {
    let place = Place::new("secret").await;
    let wrong = with(
        &place,
        "envFrom",
        json!([{"secretRef": {"name": "no-such-secret"}}]),
    );
    is_explained_and_heals(&place, wrong, "ContainerConfigError", &["no-such-secret"]).await;
}

#[tokio::test]
async fn a_mistyped_field_of_the_template_is_named_as_the_api_server_refuses_it() {
    let place = Place::new("typo").await;
    let wrong = with(&place, "imagePullPolcy", json!("Always"));
    is_explained_and_heals(&place, wrong, "RefusedByApiServer", &["imagePullPolcy"]).await;
}

#[tokio::test]
async fn a_job_that_fails_is_explained_at_once_and_when_it_has_failed_for_good() {
    let place = Place::new("job").await;
    let workspace = place.workspace("job");
    let seed = |arguments: &[&str]| inside(&[place.job("seed", arguments)]);
    workspace
        .apply(&seed(&["fail", "the seed is mouldy"]))
        .await;
    workspace
        .explained("CrashLoop", &["the seed is mouldy"])
        .await;

    // Kubernetes tries a Job again after 10 s and 20 s.
    let last = workspace
        .told(
            "Stalled",
            "JobFailed",
            &["the seed is mouldy"],
            Duration::from_mins(2),
        )
        .await;
    assert_eq!(last.status, "True");

    workspace.apply(&seed(&["succeed"])).await;
    workspace.ready().await;
    workspace.delete().await;
    workspace.gone().await;
}
