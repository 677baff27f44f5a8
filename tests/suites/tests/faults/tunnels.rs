//! The operator is killed in a tunnel's life, at a provider that keeps tunnels, and the provider goes away. Nothing is
//! orphaned or doubled, there or in the cluster.

use super::support::Fault;
use super::support::edge::{Edge, connectors, tunneled};
use super::support::objects::MAQUETTE;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_killed_at_any_write_of_a_tunnels_life_leaves_no_orphan_and_no_double() {
    let edge = Edge::start().await;
    let scene = &edge.scene;
    let (one, two) = (tunneled("a.preview.test"), tunneled("b.preview.test"));
    // One crash at each write of the beginning and of the end; long campaigns change the tunnel in between, too.
    let long = std::env::var_os("MAQUETTE_TEST_LONG").is_some();
    let (steps, rounds) = if long {
        (vec![Some(&one), Some(&two), None], 4)
    } else {
        (vec![Some(&one), None], 1)
    };
    let mut learned: Vec<(Vec<String>, usize)> = Vec::new();
    for &step in &steps {
        scene.proxy.forget();
        edge.begin(step).await;
        let expected = scene
            .until("the undisturbed step", async || {
                edge.is_done(step.is_some()).await?;
                let first = edge.inventory().await?;
                if first == edge.inventory().await? {
                    Ok(first)
                } else {
                    Err("it still changes".to_owned())
                }
            })
            .await;
        learned.push((expected, scene.proxy.writes().len()));
    }
    let count = |of: &str| learned[0].0.iter().filter(|line| line.contains(of)).count();
    assert_eq!(
        (
            count("connector Deployment"),
            count(" of \"maquette/"),
            count("DNSRecord")
        ),
        (1, 1, 1),
        "{:#?}",
        learned[0].0
    );
    let most = learned.iter().map(|(_, writes)| *writes).max().unwrap();
    let mut points = 0;
    for life in 0..rounds * most {
        for (step, (expected, writes)) in steps.iter().zip(&learned) {
            let (number, round) = (life % writes + 1, life / writes);
            let fault = if (number + round).is_multiple_of(2) {
                Fault::KillBefore
            } else {
                Fault::KillAfter
            };
            scene.proxy.arm(number, fault);
            edge.begin(*step).await;
            let what = format!("{fault:?} at write {number}");
            scene
                .until(&what, async || {
                    if scene.proxy.has_crashed() {
                        scene.start_again();
                    }
                    edge.is_done(step.is_some()).await?;
                    let found = edge.inventory().await?;
                    if found == *expected {
                        Ok(())
                    } else {
                        Err(format!("{found:#?} instead of {expected:#?}"))
                    }
                })
                .await;
            points += usize::from(!scene.proxy.disarm());
        }
    }
    println!(
        "{points} crash points over {most} writes at most for each step, 0 orphans, 0 doubles"
    );
    assert!(
        points * 10 >= rounds * most * steps.len() * 8,
        "only {points} crashes happened"
    );
    edge.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_is_away_holds_the_end_of_a_tunnel_until_it_is_back() {
    let edge = Edge::start().await;
    let scene = &edge.scene;
    edge.begin(Some(&tunneled("a.preview.test"))).await;
    scene
        .until("the workspace to be Ready", async || {
            edge.is_done(true).await
        })
        .await;

    // Nobody listens there.
    edge.provide("http://127.0.0.1:1").await;
    edge.begin(None).await;
    let name = scene
        .until("the tunnel to say what holds it", async || {
            let tunnels = scene.objects.list(MAQUETTE, "Tunnel", "shop").await?;
            let name = tunnels.first().ok_or("it is gone")?["metadata"]["name"].clone();
            let name = name.as_str().unwrap().to_owned();
            match scene.ready("Tunnel", &name).await? {
                (_, reason, message)
                    if reason == "ProviderUnavailable"
                        && message.contains("maquette.dev/abandon") =>
                {
                    Ok(name)
                }
                (_, reason, message) => Err(format!("{reason}: {message}")),
            }
        })
        .await;
    // Its name went first; everything else is still there.
    assert!(scene.records().await.is_empty());
    assert_eq!(edge.tunnels().await.unwrap().len(), 1);
    assert_eq!(connectors(scene).await.unwrap().len(), 3, "{name}");

    edge.provide(&edge.server.url()).await;
    scene
        .until("nothing to be left", async || edge.is_done(false).await)
        .await;
    edge.finish().await;
}
