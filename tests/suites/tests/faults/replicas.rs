//! Two replicas: one works, the other takes over.

use std::time::Duration;

use maquette_harness::process::Process;
use tokio::time::Instant;

use super::support::proxy::Proxy;
use super::support::scene::next_name;
use super::support::{Scene, operator};
use super::workspaces::one;

/// A replica behind a proxy of its own.
struct Replica {
    proxy: Proxy,
    process: Process,
}

async fn replica(scene: &Scene) -> Replica {
    let world = &scene.world;
    let proxy = Proxy::start(world.control_plane.client().await.unwrap()).await;
    let process = operator::start(
        &world.control_plane,
        &next_name(),
        &proxy.url,
        &world.registry,
        &["--leader-elect"],
    );
    Replica { proxy, process }
}

/// Brings a workspace up; returns how long that took.
async fn works(scene: &Scene, name: &str, within: Duration) -> Duration {
    let start = Instant::now();
    scene.objects.apply(one(name)).await;
    scene
        .within(
            within,
            &format!("workspace {name} to be Ready"),
            async || match scene.ready("Workspace", name).await? {
                (status, ..) if status == "True" => Ok(()),
                other => Err(format!("{other:?}")),
            },
        )
        .await;
    start.elapsed()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_two_replicas_writes_and_the_other_takes_over_when_it_dies_or_leaves() {
    let scene = Scene::start_with(&["--leader-elect"]).await;
    let second = replica(&scene).await;
    works(&scene, "first", Duration::from_secs(20)).await;
    assert_eq!(
        second.proxy.writes(),
        Vec::<String>::new(),
        "the replica that does not lead writes"
    );
    assert!(!scene.proxy.writes().is_empty());

    scene.operator.lock().unwrap().kill().unwrap();
    let took = works(&scene, "second", Duration::from_secs(20)).await;
    println!("after SIGKILL: {:.1} s", took.as_secs_f64());

    let third = replica(&scene).await;
    scene.proxy.forget();
    // It waits: the caches are full and it does not lead.
    scene
        .until("the third replica to have its caches", async || {
            if third.process.last_lines(20).contains("caches are complete") {
                Ok(())
            } else {
                Err(third.process.last_lines(3))
            }
        })
        .await;
    let start = Instant::now();
    operator::terminate(&second.process);
    works(&scene, "third", Duration::from_secs(8)).await;
    println!("after SIGTERM: {:.1} s", start.elapsed().as_secs_f64());
    assert!(start.elapsed() < Duration::from_secs(8));
    assert_eq!(
        scene.proxy.writes(),
        Vec::<String>::new(),
        "a dead replica writes"
    );
    *scene.operator.lock().unwrap() = third.process;
    scene.finish().await;
}
