//! Two workspaces, one hostname.

use super::support::Scene;
use super::workspaces::routed;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_older_workspace_keeps_a_hostname_and_the_younger_gets_it_afterwards() {
    let scene = Scene::start().await;
    scene
        .objects
        .apply(routed("a-older", "shop.preview.test"))
        .await;
    scene.wait_ready("Workspace", "a-older").await;

    scene
        .objects
        .apply(routed("b-younger", "shop.preview.test"))
        .await;
    let message = scene
        .wait_reason("Workspace", "b-younger", "HostnameTaken")
        .await;
    assert!(
        message.contains("a-older") && message.contains("shop.preview.test"),
        "{message}"
    );
    scene.wait_ready("Workspace", "a-older").await;
    assert_eq!(scene.records().await.len(), 1);

    scene.delete("Workspace", "a-older").await;
    scene.wait_ready("Workspace", "b-younger").await;
    assert_eq!(scene.records().await, ["shop.preview.test. A 192.0.2.10"]);
    scene.finish().await;
}
