//! Somebody changes by hand what the operator made.

use std::time::Duration;

use kube::api::{Patch, PatchParams};
use serde_json::{Value, json};

use super::support::Scene;
use super::support::dns::by_hand;
use super::support::objects::MAQUETTE;
use super::support::scene::NAMESPACE;
use super::support::world::ZONE;
use super::workspaces::routed;

/// How soon drift is repaired on a busy machine.
const SOON: Duration = Duration::from_secs(5);
const ROUTES: &str = "gateway.networking.k8s.io/v1";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_object_comes_back_and_an_edited_field_is_put_back() {
    let scene = Scene::start().await;
    scene
        .objects
        .apply(routed("shop", "shop.preview.test"))
        .await;
    scene.wait_ready("Workspace", "shop").await;
    let route = scene
        .objects
        .list(ROUTES, "HTTPRoute", NAMESPACE)
        .await
        .unwrap();
    let route = route[0]["metadata"]["name"].as_str().unwrap().to_owned();
    for (version, kind, name) in [
        ("apps/v1", "Deployment", "shop-web"),
        ("v1", "Service", "shop-web"),
        (ROUTES, "HTTPRoute", &route),
    ] {
        let uid = |object: &Value| object["metadata"]["uid"].clone();
        let before = uid(&scene
            .objects
            .get(version, kind, NAMESPACE, name)
            .await
            .unwrap());
        scene.objects.delete(version, kind, NAMESPACE, name).await;
        scene
            .within(SOON, &format!("{kind} {name} again"), async || match scene
                .objects
                .get(version, kind, NAMESPACE, name)
                .await
            {
                Some(object) if uid(&object) != before => Ok(()),
                other => Err(format!(
                    "{:?}",
                    other.map(|object| object["metadata"].clone())
                )),
            })
            .await;
    }
    for (version, kind, name, pointer, edit) in [
        (
            "apps/v1",
            "Deployment",
            "shop-web",
            "/spec/template/spec/automountServiceAccountToken",
            json!({"spec": {"template": {"spec": {"automountServiceAccountToken": null}}}}),
        ),
        (
            "v1",
            "Service",
            "shop-web",
            "/spec/selector/maquette.dev~1component-uid",
            json!({"spec": {"selector": {"maquette.dev/component-uid": "other"}}}),
        ),
        (
            ROUTES,
            "HTTPRoute",
            &route,
            "/spec/hostnames/0",
            json!({"spec": {"hostnames": ["other.preview.test"]}}),
        ),
    ] {
        let before = scene
            .objects
            .get(version, kind, NAMESPACE, name)
            .await
            .unwrap();
        let before = before.pointer(pointer).unwrap().clone();
        scene
            .objects
            .of(version, kind, NAMESPACE)
            .patch(name, &PatchParams::default(), &Patch::Merge(edit))
            .await
            .unwrap();
        scene
            .within(SOON, &format!("{kind}'s {pointer} back"), async || {
                let object = scene
                    .objects
                    .get(version, kind, NAMESPACE, name)
                    .await
                    .unwrap();
                let found = object.pointer(pointer).cloned().unwrap_or_default();
                if found == before {
                    Ok(())
                } else {
                    Err(found.to_string())
                }
            })
            .await;
    }
    scene.wait_ready("Workspace", "shop").await;
    scene.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_changed_or_removed_by_hand_is_repaired_and_that_is_told() {
    let scene = Scene::start().await;
    scene
        .objects
        .apply(routed("shop", "shop.preview.test"))
        .await;
    scene.wait_ready("Workspace", "shop").await;
    let record = scene
        .objects
        .list(MAQUETTE, "DNSRecord", NAMESPACE)
        .await
        .unwrap();
    let record = record[0]["metadata"]["name"].as_str().unwrap().to_owned();
    for values in [&["192.0.2.99"][..], &[]] {
        by_hand(&scene.world.pdns, ZONE, "shop.preview.test", values).await;
        scene
            .until("the record as it was", async || {
                match scene.records().await {
                    found if found == ["shop.preview.test. A 192.0.2.10"] => Ok(()),
                    found => Err(format!("{found:?}")),
                }
            })
            .await;
    }
    scene
        .until("the event", async || {
            let events = scene.events(&record).await;
            if events
                .iter()
                .any(|event| event.starts_with("DriftRepaired: "))
            {
                Ok(())
            } else {
                Err(format!("{events:?}"))
            }
        })
        .await;
    scene.wait_ready("DNSRecord", &record).await;
    scene.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_that_somebody_else_owns_is_never_touched() {
    let scene = Scene::start().await;
    by_hand(
        &scene.world.pdns,
        ZONE,
        "shop.preview.test",
        &["192.0.2.99"],
    )
    .await;
    let theirs = scene.records().await;

    scene
        .objects
        .apply(routed("shop", "shop.preview.test"))
        .await;
    let message = scene
        .wait_reason("Workspace", "shop", "RecordConflict")
        .await;
    assert!(message.contains("is not modified"), "{message}");
    assert_eq!(scene.records().await, theirs);

    scene.delete("Workspace", "shop").await;
    scene
        .until("the workspace to be gone", async || {
            let found = scene
                .objects
                .get(MAQUETTE, "Workspace", NAMESPACE, "shop")
                .await;
            found.map_or(Ok(()), |left| Err(left["status"].to_string()))
        })
        .await;
    assert_eq!(
        scene.records().await,
        theirs,
        "somebody else's record went with the workspace"
    );
    by_hand(&scene.world.pdns, ZONE, "shop.preview.test", &[]).await;
    scene.finish().await;
}
