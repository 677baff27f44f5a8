//! Credentials and scopes.

use std::time::Duration;

use kube::api::{Patch, PatchParams};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::support::Scene;
use super::support::objects::{MAQUETTE, condition};
use super::support::scene::NAMESPACE;
use super::workspaces::routed;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_credential_is_told_and_a_rotated_one_is_used_without_a_restart() {
    let scene = Scene::start().await;
    let key = |value: &str| {
        json!({
            "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "rotated", "namespace": "maquette-system"},
            "stringData": {"api-key": value},
        })
    };
    scene.objects.apply(key("not-the-key")).await;
    let credentials =
        json!({"credentials": {"api-key": {"secretRef": {"name": "rotated", "key": "api-key"}}}});
    scene
        .objects
        .apply(scene.provider("corp-dns", &credentials))
        .await;
    scene
        .objects
        .apply(routed("shop", "shop.preview.test"))
        .await;
    scene.wait_reason("Workspace", "shop", "Unauthorized").await;
    assert_eq!(scene.records().await, Vec::<String>::new());

    scene.objects.apply(key(&scene.world.pdns.api_key)).await;
    scene.wait_ready("Workspace", "shop").await;

    // A record that is right stays Ready, and says after a minute that it cannot be verified.
    scene.objects.apply(key("not-the-key-again")).await;
    wait_verified(&scene, "False", "Unauthorized").await;
    scene.wait_ready("Workspace", "shop").await;
    assert_eq!(
        scene.records().await.len(),
        1,
        "a record was lost with the credential"
    );
    scene.objects.apply(key(&scene.world.pdns.api_key)).await;
    wait_verified(&scene, "True", "Ready").await;
    scene.finish().await;
}

/// Waits for this condition `Verified` of the only record.
async fn wait_verified(scene: &Scene, status: &str, reason: &str) {
    let wanted = (status.to_owned(), reason.to_owned());
    scene
        .within(
            Duration::from_secs(100),
            "the record to be verified or not",
            async || {
                let records = scene.objects.list(MAQUETTE, "DNSRecord", NAMESPACE).await?;
                let record = records.first().ok_or("it does not exist")?;
                match condition(record, "Verified") {
                    Some((status, reason, _)) if (status.clone(), reason.clone()) == wanted => {
                        Ok(())
                    }
                    other => Err(format!("{other:?}")),
                }
            },
        )
        .await;
}

/// A Provider with a Plugin and a Secret of its own.
async fn own_provider(scene: &Scene) -> Value {
    let secret = json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "own", "namespace": "maquette-system"},
        "stringData": {"api-key": scene.world.pdns.api_key},
    });
    let plugin = scene.world.plugin("own", json!({"version": "0.1.0"}));
    let fields = json!({
        "plugin": "own",
        "credentials": {"api-key": {"secretRef": {"name": "own", "key": "api-key"}}},
    });
    for object in [&secret, &plugin, &scene.provider("corp-dns", &fields)] {
        scene.objects.apply(object.clone()).await;
    }
    scene.wait_ready("Plugin", "own").await;
    scene.wait_ready("Provider", "corp-dns").await;
    secret
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn plugin_provider_secret_and_workspace_that_are_deleted_together_are_gone_soon() {
    let scene = Scene::start().await;
    own_provider(&scene).await;
    scene
        .objects
        .apply(routed("shop", "shop.preview.test"))
        .await;
    scene.wait_ready("Workspace", "shop").await;
    for (version, kind, namespace, name) in [
        ("v1", "Secret", "maquette-system", "own"),
        (MAQUETTE, "Plugin", "", "own"),
        (MAQUETTE, "Provider", "", "corp-dns"),
        (MAQUETTE, "Workspace", NAMESPACE, "shop"),
    ] {
        scene.objects.delete(version, kind, namespace, name).await;
    }
    scene.wait_nothing().await;
    for (kind, name) in [("Provider", "corp-dns"), ("Plugin", "own")] {
        scene
            .until(&format!("{kind} to be gone"), async || {
                let found = scene.objects.get(MAQUETTE, kind, "", name).await;
                found.map_or(Ok(()), |left| Err(left["status"].to_string()))
            })
            .await;
    }
    scene.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn healthy_workspaces_are_not_written_while_the_secret_of_their_provider_is_missing() {
    let scene = Scene::start().await;
    let secret = own_provider(&scene).await;
    for number in 0..5 {
        let (name, host) = (
            format!("shop-{number}"),
            format!("shop-{number}.preview.test"),
        );
        scene.objects.apply(routed(&name, &host)).await;
    }
    for number in 0..5 {
        scene
            .wait_ready("Workspace", &format!("shop-{number}"))
            .await;
    }
    // The last news of the way up may wait for five seconds.
    tokio::time::sleep(Duration::from_secs(6)).await;
    scene.proxy.forget();
    let start = Instant::now();
    scene
        .objects
        .delete("v1", "Secret", "maquette-system", "own")
        .await;
    let message = scene
        .wait_reason("Provider", "corp-dns", "Progressing")
        .await;
    assert!(
        message.contains("the Secret own does not exist"),
        "{message}"
    );
    // One that is created now waits, and is no failure.
    scene
        .objects
        .apply(routed("late", "late.preview.test"))
        .await;
    tokio::time::sleep_until(start + Duration::from_secs(10)).await;
    let (_, reason, message) = scene.ready("Workspace", "late").await.unwrap();
    assert_eq!(reason, "Progressing", "{message}");
    scene.objects.apply(secret).await;
    scene.wait_ready("Provider", "corp-dns").await;
    scene.wait_ready("Workspace", "late").await;
    let writes = scene.proxy.writes();
    let of_healthy = writes.iter().filter(|write| write.contains("/shop-"));
    assert_eq!(of_healthy.collect::<Vec<_>>(), [] as [&String; 0]);
    assert!(writes.len() < 30, "{writes:#?}");
    scene.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_zone_or_a_namespace_out_of_scope_is_refused_until_the_scope_includes_it() {
    let scene = Scene::start().await;
    let scope = |scope: serde_json::Value| scene.provider("corp-dns", &json!({"scope": scope}));
    scene
        .objects
        .apply(scope(json!({"zones": ["other.test"]})))
        .await;
    scene
        .objects
        .apply(routed("shop", "shop.preview.test"))
        .await;
    let message = scene.wait_reason("Workspace", "shop", "OutOfScope").await;
    assert!(message.contains("other.test"), "{message}");

    scene
        .objects
        .apply(scope(
            json!({"zones": ["preview.test"], "namespaces": {"matchLabels": {"team": "b"}}}),
        ))
        .await;
    scene
        .until("the namespace to be out of scope", async || {
            match scene.ready("Workspace", "shop").await? {
                (_, reason, message)
                    if reason == "OutOfScope" && message.contains("namespace shop") =>
                {
                    Ok(())
                }
                other => Err(format!("{other:?}")),
            }
        })
        .await;
    assert_eq!(scene.records().await, Vec::<String>::new());

    let only_below = json!({"zones": ["preview.test"], "names": ["*.{namespace}.preview.test"]});
    scene.objects.apply(scope(only_below)).await;
    scene
        .until("the name to be out of scope", async || {
            match scene.ready("Workspace", "shop").await? {
                (_, reason, message)
                    if reason == "OutOfScope" && message.contains("the name shop.preview.test") =>
                {
                    Ok(())
                }
                other => Err(format!("{other:?}")),
            }
        })
        .await;
    let of_team = json!({"zones": ["preview.test"], "namespaces": {"matchLabels": {"team": "b"}}});
    scene.objects.apply(scope(of_team)).await;
    assert_eq!(scene.records().await, Vec::<String>::new());

    let label = json!({"metadata": {"labels": {"team": "b"}}});
    let namespaces = scene.objects.of("v1", "Namespace", "");
    namespaces
        .patch("shop", &PatchParams::default(), &Patch::Merge(label))
        .await
        .unwrap();
    scene.wait_ready("Workspace", "shop").await;
    scene.finish().await;
}
