//! Credentials and scopes.

use kube::api::{Patch, PatchParams};
use serde_json::json;

use super::support::Scene;
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

    scene.objects.apply(key("not-the-key-again")).await;
    scene.wait_reason("Workspace", "shop", "Unauthorized").await;
    assert_eq!(
        scene.records().await.len(),
        1,
        "a record was lost with the credential"
    );
    scene.objects.apply(key(&scene.world.pdns.api_key)).await;
    scene.wait_ready("Workspace", "shop").await;
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

    let label = json!({"metadata": {"labels": {"team": "b"}}});
    let namespaces = scene.objects.of("v1", "Namespace", "");
    namespaces
        .patch("shop", &PatchParams::default(), &Patch::Merge(label))
        .await
        .unwrap();
    scene.wait_ready("Workspace", "shop").await;
    scene.finish().await;
}
