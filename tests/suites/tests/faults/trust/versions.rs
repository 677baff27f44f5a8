//! Newer, older and moved versions: taken, held back or refused, approved and rolled back.

use serde_json::json;

use super::{PLUGIN, apply, by_key, clear, provide, publish, told, trust, used};
use crate::host::signing::Key;
use crate::support::oci::{Repository, version};
use crate::support::{Scene, binaries, policy};

/// A scene in which `signed/` has to be signed by this key.
async fn scene(key: &Key) -> Scene {
    Scene::start_in(async |world| {
        let policy = by_key(&format!("{}/signed", world.registry), key);
        let trust = trust(&world.registry, &json!([policy]));
        policy::arguments(world, &json!({ "trust": trust }))
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_version_is_taken_or_waits_for_approval_and_one_field_rolls_back() {
    let key = Key::new();
    let scene = scene(&key).await;
    let repository = Repository::open(&scene.world.registry, "signed/upgrade");
    let component = binaries::build_plugin("plugins/powerdns");
    let first = publish(&repository, &component, "1.0.0", "1.0.0", &[], &key).await;
    let spec = |fields: serde_json::Value| {
        let mut spec = json!({"version": "^1"});
        spec.as_object_mut()
            .unwrap()
            .extend(fields.as_object().unwrap().clone());
        spec
    };
    apply(&scene, &repository.image(), spec(json!({}))).await;
    provide(&scene, &[]).await;
    used(&scene, &first, "first").await;

    // It asks for nothing more: taken.
    let second = publish(&repository, &component, "1.1.0", "1.1.0", &[], &key).await;
    used(&scene, &second, "second").await;

    // It asks for more: it waits, and the other goes on.
    let asked = "https://elsewhere.example";
    let third = publish(&repository, &component, "1.2.0", "1.2.0", &[asked], &key).await;
    let (message, status) = told(&scene, "ApprovalRequired").await;
    assert!(
        message.contains(asked) && message.contains("spec.approvedDigest"),
        "{message}"
    );
    let pending = &status["pending"];
    assert_eq!(pending["digest"], third.to_string());
    assert_eq!(pending["version"], "1.2.0");
    assert_eq!(pending["signedBy"], json!([key.public().to_string()]));
    let asks_for = pending["asksFor"].as_array().unwrap();
    assert_eq!(asks_for.len(), 2, "{asks_for:?}");
    assert_eq!(asks_for[0], format!("host {asked}"));
    let lacks = asks_for[1].as_str().unwrap();
    assert!(
        lacks.starts_with("provider other-dns: spec.egress: "),
        "{lacks}"
    );
    scene.wait_ready(PLUGIN, "signed").await;
    used(&scene, &second, "still-second").await;

    // Approved, it runs as soon as its Provider grants what it asks for; approval grants nothing.
    let approved = spec(json!({"approvedDigest": third.to_string()}));
    apply(&scene, &repository.image(), approved.clone()).await;
    let message = scene
        .wait_reason("Provider", "other-dns", "EgressNotGranted")
        .await;
    assert!(message.contains(asked), "{message}");
    provide(&scene, &[asked]).await;
    used(&scene, &third, "third").await;
    let (_, status) = told(&scene, "UpToDate").await;
    assert_eq!(status["pending"], serde_json::Value::Null);

    // A newer one that nobody signed is not taken, and ends nothing.
    repository
        .push(&version(&component, "1.3.0", &[]), "1.3.0")
        .await;
    told(&scene, "SignatureMissing").await;
    used(&scene, &third, "still-third").await;

    // One field goes back, and another version is not taken meanwhile.
    let mut back = approved.clone();
    back["rollbackTo"] = json!(second.to_string());
    apply(&scene, &repository.image(), back).await;
    used(&scene, &second, "back").await;
    let (_, status) = told(&scene, "RolledBack").await;
    let history = status["history"].as_array().unwrap().iter();
    let history: Vec<&str> = history
        .map(|entry| entry["version"].as_str().unwrap())
        .collect();
    assert_eq!(history, ["1.1.0", "1.2.0", "1.0.0"]);

    // A digest that never ran is no rollback.
    let mut never = approved;
    never["rollbackTo"] = json!(format!("sha256:{}", "0a".repeat(32)));
    apply(&scene, &repository.image(), never).await;
    let message = scene.wait_reason(PLUGIN, "signed", "InvalidSpec").await;
    assert!(message.contains("spec.rollbackTo"), "{message}");
    used(&scene, &second, "still-back").await;
    clear(&scene).await;
    scene.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tag_that_is_moved_brings_neither_older_nor_other_code() {
    let key = Key::new();
    let scene = scene(&key).await;
    let repository = Repository::open(&scene.world.registry, "signed/moved");
    let component = binaries::build_plugin("plugins/powerdns");
    let old = publish(&repository, &component, "1.0.0", "stable", &[], &key).await;
    apply(&scene, &repository.image(), json!({"version": "stable"})).await;
    provide(&scene, &[]).await;
    used(&scene, &old, "old").await;
    let new = publish(&repository, &component, "1.1.0", "stable", &[], &key).await;
    used(&scene, &new, "new").await;

    // Back to what was signed then, and is old now.
    publish(&repository, &component, "1.0.0", "stable", &[], &key).await;
    let (message, _) = told(&scene, "VersionReplayed").await;
    assert!(message.contains("older than 1.1.0"), "{message}");
    used(&scene, &new, "still-new").await;

    // Other code that calls itself the same version.
    let mut other = version(&component, "1.1.0", &[]);
    other.extend([0, 3, 1, b'x', 0]);
    let other = repository.push(&other, "stable").await;
    repository.sign(&other, &[key.signature(&other)]).await;
    let (_, status) = told(&scene, "ApprovalRequired").await;
    assert_eq!(status["pending"]["digest"], other.to_string());
    used(&scene, &new, "unmoved").await;

    // Old code under a new number.
    publish(&repository, &component, "1.0.0", "1.9.0", &[], &key).await;
    apply(&scene, &repository.image(), json!({"version": "^1"})).await;
    let (message, _) = told(&scene, "VersionReplayed").await;
    assert!(
        message.contains("the tag 1.9.0 holds version 1.0.0"),
        "{message}"
    );
    used(&scene, &new, "unfooled").await;
    clear(&scene).await;
    scene.finish().await;
}
