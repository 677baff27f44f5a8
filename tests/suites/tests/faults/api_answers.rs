//! The API server answers one write with an error that passes, or not at all, or breaks every watch.

use super::support::{Fault, Scene};
use super::workspaces::routed;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_write_that_fails_for_the_moment_is_made_again() {
    let scene = Scene::start().await;
    for code in [500, 429, 409] {
        for number in [1, 4, 7] {
            scene.proxy.arm(number, Fault::Answer(code));
            scene
                .objects
                .apply(routed("shop", "shop.preview.test"))
                .await;
            scene.wait_ready("Workspace", "shop").await;
            assert!(!scene.proxy.disarm(), "write {number} was never made");
            assert_eq!(
                scene.records().await,
                ["shop.preview.test. A 192.0.2.10"],
                "{code} at write {number}"
            );
            scene.delete("Workspace", "shop").await;
            scene.wait_nothing().await;
        }
    }
    scene.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_that_is_never_answered_is_given_up_and_made_again() {
    let scene = Scene::start().await;
    scene.proxy.arm(3, Fault::Hang);
    scene
        .objects
        .apply(routed("shop", "shop.preview.test"))
        .await;
    scene.wait_ready("Workspace", "shop").await;
    assert!(!scene.proxy.disarm(), "no write hung");
    scene.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changes_while_every_watch_breaks_is_seen() {
    let scene = Scene::start().await;
    for round in 0..3 {
        scene
            .objects
            .apply(routed("shop", &format!("shop-{round}.preview.test")))
            .await;
        scene.proxy.drop_connections();
        scene.wait_ready("Workspace", "shop").await;
        let wanted = [format!("shop-{round}.preview.test. A 192.0.2.10")];
        scene
            .until("one record", async || match scene.records().await {
                found if found == wanted => Ok(()),
                found => Err(format!("{found:?}")),
            })
            .await;
    }
    scene.finish().await;
}
