//! Newer, older and moved versions: taken, held back or refused, approved and rolled back.

use std::process::Command;

use maquette_harness::tools::Tool;
use serde_json::json;

use super::{PLUGIN, apply, by_key, clear, provide, publish, told, trust, used};
use crate::host::signing::Key;
use crate::support::oci::{Repository, version};
use crate::support::{Scene, binaries, policy};

/// Runs the command of the documentation that has these words, on the Plugin of the test and with this digest.
fn as_documented(scene: &Scene, words: &str, digest: &str) -> String {
    let page = std::fs::read_to_string(binaries::root().join("docs/plugins/trust.md")).unwrap();
    let mut commands = page
        .split_inclusive('\n')
        .filter_map(|line| line.strip_prefix("$ "));
    let command = commands.find(|command| command.contains(words)).unwrap();
    let command = command
        .replace("powerdns", "signed")
        .replace("sha256:…", digest);
    let kubectl = Tool::Kubectl.path().unwrap();
    let folders = format!("{}:/usr/bin:/bin", kubectl.parent().unwrap().display());
    let ended = Command::new("/bin/sh")
        .args(["-c", &command])
        .env("PATH", folders)
        .env("KUBECONFIG", scene.world.control_plane.kubeconfig())
        .env("HOME", scene.world.control_plane.folder())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{command}: {said}");
    String::from_utf8(ended.stdout).unwrap()
}

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
    apply(&scene, &repository.image(), json!({"version": "^1"})).await;
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
    let columns = as_documented(&scene, "kubectl get plugin powerdns\n", "");
    let columns: Vec<&str> = columns.split_whitespace().collect();
    assert_eq!(columns[..4], ["NAME", "READY", "VERSION", "PENDING"]);
    assert_eq!(columns[7..11], ["signed", "True", "1.1.0", "1.2.0"]);
    let shown = as_documented(&scene, "{.status.pending}", "");
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(shown, *pending);

    // Approved, it runs as soon as its Provider grants what it asks for; approval grants nothing.
    as_documented(&scene, "approvedDigest", &third.to_string());
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
    let listed = as_documented(&scene, ".status.history[*]", "");
    let line = listed.lines().find(|line| line.starts_with("1.1.0 "));
    let digest = line.unwrap().split(' ').nth(1).unwrap();
    assert_eq!(digest, second.to_string());
    as_documented(&scene, "rollbackTo", digest);
    used(&scene, &second, "back").await;
    let (_, status) = told(&scene, "RolledBack").await;
    let history = status["history"].as_array().unwrap().iter();
    let history: Vec<&str> = history
        .map(|entry| entry["version"].as_str().unwrap())
        .collect();
    assert_eq!(history, ["1.1.0", "1.2.0", "1.0.0"]);

    // A digest that never ran is no rollback.
    let never = format!("sha256:{}", "0a".repeat(32));
    as_documented(&scene, "rollbackTo", &never);
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
