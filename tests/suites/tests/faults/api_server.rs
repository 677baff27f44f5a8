//! The API server restarts; the namespace goes.

use std::time::Duration;

use super::support::Scene;
use super::support::scene::NAMESPACE;
use super::workspaces::{one, routed};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_restart_of_the_api_server_work_goes_on_and_drift_is_repaired() {
    let scene = Scene::start().await;
    scene
        .objects
        .apply(routed("shop", "shop.preview.test"))
        .await;
    scene.wait_ready("Workspace", "shop").await;

    scene.world.control_plane.restart_apiserver().await.unwrap();
    scene
        .objects
        .delete("v1", "Service", NAMESPACE, "shop-web")
        .await;
    scene.objects.apply(one("late")).await;

    scene
        .within(Duration::from_secs(10), "the Service again", async || {
            let found = scene
                .objects
                .get("v1", "Service", NAMESPACE, "shop-web")
                .await;
            found.map(drop).ok_or("it is gone".to_owned())
        })
        .await;
    scene.wait_ready("Workspace", "late").await;
    scene.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_namespace_deleted_under_a_workspace_goes_and_takes_its_record_along() {
    let scene = Scene::start().await;
    scene
        .objects
        .apply(routed("shop", "shop.preview.test"))
        .await;
    scene.wait_ready("Workspace", "shop").await;
    assert_eq!(scene.records().await.len(), 1);

    scene.objects.delete("v1", "Namespace", "", NAMESPACE).await;

    scene
        .until("the namespace to be gone", async || {
            let found = scene.objects.get("v1", "Namespace", "", NAMESPACE).await;
            found.map_or(Ok(()), |namespace| Err(namespace["status"].to_string()))
        })
        .await;
    assert_eq!(scene.records().await, Vec::<String>::new());
    scene.finish().await;
}
