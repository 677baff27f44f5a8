//! Two workspaces, one host name: the holder keeps it.

use super::support::Scene;
use super::support::objects::MAQUETTE;
use super::support::scene::NAMESPACE;
use super::workspaces::{one, routed};
use serde_json::json;

const HOST: &str = "shop.preview.test";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_holder_keeps_a_host_name_and_the_one_that_waits_gets_it_afterwards() {
    let scene = Scene::start().await;
    scene.objects.apply(routed("a-first", HOST)).await;
    scene.wait_ready("Workspace", "a-first").await;
    let status = |workspace: serde_json::Value| workspace["status"]["hosts"].clone();
    let first = scene
        .objects
        .get(MAQUETTE, "Workspace", NAMESPACE, "a-first")
        .await;
    assert_eq!(status(first.unwrap())[0]["host"], json!(HOST));

    scene.objects.apply(routed("b-second", HOST)).await;
    let message = scene
        .wait_reason("Workspace", "b-second", "HostnameTaken")
        .await;
    assert!(message.contains(HOST), "{message}");
    assert!(!message.contains("a-first"), "{message}");
    scene.wait_ready("Workspace", "a-first").await;
    assert_eq!(scene.records().await.len(), 1);

    scene.delete("Workspace", "a-first").await;
    scene.wait_ready("Workspace", "b-second").await;
    assert_eq!(scene.records().await, [format!("{HOST}. A 192.0.2.10")]);
    scene.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_workspace_takes_no_host_from_one_that_serves_it_and_a_broken_one_holds_none() {
    let scene = Scene::start().await;
    // Older than the one that serves the host; it has another one at first.
    scene
        .objects
        .apply(routed("a-older", "a.preview.test"))
        .await;
    scene.wait_ready("Workspace", "a-older").await;
    let mut broken = routed("c-broken", HOST);
    broken["spec"]["networking"]["gateway"]["name"] = json!("nowhere");
    scene.objects.apply(broken).await;
    scene
        .wait_reason("Workspace", "c-broken", "GatewayNotReady")
        .await;
    scene.objects.apply(routed("b-younger", HOST)).await;
    scene.wait_ready("Workspace", "b-younger").await;

    scene.objects.apply(routed("a-older", HOST)).await;
    scene
        .wait_reason("Workspace", "a-older", "HostnameTaken")
        .await;
    scene.wait_ready("Workspace", "b-younger").await;
    // Nothing is left of the host that the older one gave up.
    scene
        .until("the host that was given up to be gone", async || {
            let (records, routes) = (scene.records().await, routes(&scene).await);
            let expected = [format!("{HOST}. A 192.0.2.10")];
            if records == expected && routes == [json!([HOST])] {
                Ok(())
            } else {
                Err(format!("{records:?} {routes:?}"))
            }
        })
        .await;

    // A route that is taken off the spec frees its host for the one that waits.
    scene.objects.apply(one("b-younger")).await;
    scene.wait_ready("Workspace", "a-older").await;
    assert_eq!(routes(&scene).await, [json!([HOST])]);
    scene.finish().await;
}

async fn routes(scene: &Scene) -> Vec<serde_json::Value> {
    let api = "gateway.networking.k8s.io/v1";
    let routes = scene.objects.list(api, "HTTPRoute", NAMESPACE).await;
    let routes = routes.unwrap_or_default().into_iter();
    routes
        .map(|route| route["spec"]["hostnames"].clone())
        .collect()
}
