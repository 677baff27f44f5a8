//! How many requests a workspace costs.

use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use super::support::Scene;
use super::workspaces::{one, routed, three};

/// Writes until the workspace is Ready and nothing more is written.
async fn writes_to_ready(scene: &Scene, workspace: Value) -> Vec<String> {
    let name = workspace["metadata"]["name"].as_str().unwrap().to_owned();
    scene.proxy.forget();
    scene.objects.apply(workspace).await;
    scene.wait_ready("Workspace", &name).await;
    let writes = scene.proxy.writes();
    println!(
        "{name}: {} writes, {} reads beside watches",
        writes.len(),
        scene.proxy.reads().len()
    );
    assert_eq!(
        scene.proxy.reads(),
        Vec::<String>::new(),
        "a read beside the watches"
    );
    writes
}

fn assert_at_most(limit: usize, writes: &[String]) {
    assert!(
        writes.len() <= limit,
        "{} writes, at most {limit} are wanted: {writes:#?}",
        writes.len()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_workspace_comes_up_with_few_writes_and_no_read_beside_the_watches() {
    let scene = Scene::start().await;
    assert_at_most(8, &writes_to_ready(&scene, one("one")).await);
    assert_at_most(
        12,
        &writes_to_ready(&scene, routed("routed", "routed.preview.test")).await,
    );
    assert_at_most(
        20,
        &writes_to_ready(&scene, three("shop.preview.test", "web:1")).await,
    );
    scene.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_written_at_rest_although_records_are_compared() {
    let scene = Scene::start().await;
    scene
        .objects
        .apply(three("shop.preview.test", "web:1"))
        .await;
    scene.wait_ready("Workspace", "shop").await;
    // The last news of the way up may wait for five seconds.
    scene
        .until("the last write", async || {
            let before = scene.proxy.writes().len();
            tokio::time::sleep(Duration::from_secs(6)).await;
            if scene.proxy.writes().len() == before {
                Ok(())
            } else {
                Err("it still writes".to_owned())
            }
        })
        .await;
    let (looks, start) = (scene.dns.requests().len(), Instant::now());
    scene.proxy.forget();
    tokio::time::sleep_until(start + Duration::from_secs(20)).await;
    assert_eq!(scene.proxy.writes(), Vec::<String>::new(), "writes at rest");
    assert_eq!(scene.proxy.reads(), Vec::<String>::new(), "reads at rest");
    // With an interval of 5 s: it did look, so rest is not sleep.
    assert!(
        scene.dns.requests().len() >= looks + 3,
        "the records were not compared"
    );
    scene.finish().await;
}
