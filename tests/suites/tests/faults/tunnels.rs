//! The operator is killed in a tunnel's life, at a provider that keeps tunnels, and the provider goes away. Nothing is
//! orphaned or doubled, there or in the cluster.

use bytes::Bytes;
use maquette_conformance::memory::TunnelServer;
use maquette_harness::http;
use serde_json::{Value, json};

use super::support::objects::MAQUETTE;
use super::support::{Fault, Scene, binaries};
use super::workspaces::routed;

const TOKEN: &str = "t0ken-of-the-tunnels";
const OPERATORS: &str = "maquette-system";

/// A provider of tunnels in memory, and the scene with a Provider of it.
struct Edge {
    scene: Scene,
    server: TunnelServer,
}

impl Edge {
    async fn start() -> Self {
        let (scene, server) = (
            Scene::start().await,
            TunnelServer::start(TOKEN).await.unwrap(),
        );
        let folder = "sdk/conformance/tests/tunnel-guest";
        binaries::publish_plugin(&scene.world.registry, folder, "tunnels");
        let image = format!("{}/maquette/tunnels", scene.world.registry);
        let spec = json!({"image": image, "version": "1.0.0"});
        scene
            .objects
            .apply(scene.world.plugin("tunnels", spec))
            .await;
        scene
            .objects
            .apply(json!({
                "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "tunnels", "namespace": OPERATORS},
                "stringData": {"token": TOKEN},
            }))
            .await;
        let edge = Self { scene, server };
        edge.provide(&edge.server.url()).await;
        edge
    }

    /// Configures the Provider with this server.
    async fn provide(&self, url: &str) {
        let provider = json!({
            "apiVersion": MAQUETTE, "kind": "Provider", "metadata": {"name": "edge"},
            "spec": {
                "plugin": "tunnels", "config": {"url": url},
                "credentials": {"token": {"secretRef": {"name": "tunnels", "key": "token"}}},
                "egress": [url], "connector": {"images": ["registry.test/connector"]},
                "intervalSeconds": 5,
            },
        });
        self.scene.objects.apply(provider).await;
        self.scene.wait_ready("Provider", "edge").await;
    }

    /// Tunnels at the provider: name, owner, hosts.
    async fn tunnels(&self) -> Result<Vec<String>, String> {
        let request = ::http::Request::get("/tunnels")
            .header("authorization", format!("Bearer {TOKEN}"))
            .body(Bytes::new())
            .unwrap();
        let address = self.server.url().replace("http://", "");
        let answer = http::send(&address, request)
            .await
            .map_err(|error| error.to_string())?;
        let list: Value =
            serde_json::from_slice(&answer.body).map_err(|error| error.to_string())?;
        let items = list["items"].as_array().unwrap().iter();
        let told = items.map(|item| {
            format!(
                "{} of {} with {}",
                item["name"], item["owner"], item["routes"]
            )
        });
        Ok(told.collect())
    }

    /// What runs connectors.
    async fn connectors(&self) -> Result<Vec<String>, String> {
        let mut found = Vec::new();
        for (version, kind) in [("apps/v1", "Deployment"), ("v1", "Secret")] {
            for object in self.scene.objects.list(version, kind, OPERATORS).await? {
                if object["metadata"]["labels"]["maquette.dev/tunnel"].is_string() {
                    found.push(format!("connector {kind} {}", object["metadata"]["name"]));
                }
            }
        }
        Ok(found)
    }

    /// Everything everywhere.
    async fn inventory(&self) -> Result<Vec<String>, String> {
        let mut found = self.scene.inventory().await?;
        found.extend(self.connectors().await?);
        found.extend(self.tunnels().await?);
        Ok(found)
    }

    /// Whether the step has come to its end.
    async fn is_done(&self, exists: bool) -> Result<(), String> {
        if !exists {
            let left = self.inventory().await?;
            return if left.is_empty() {
                Ok(())
            } else {
                Err(left.join("\n"))
            };
        }
        match self.scene.ready("Workspace", "shop").await? {
            (status, ..) if status == "True" => Ok(()),
            (_, reason, message) => Err(format!("{reason}: {message}")),
        }
    }

    async fn begin(&self, step: Option<&Value>) {
        match step {
            Some(manifest) => drop(self.scene.objects.apply(manifest.clone()).await),
            None => self.scene.delete("Workspace", "shop").await,
        }
    }

    async fn finish(self) {
        self.scene.delete("Workspace", "shop").await;
        self.scene
            .until("nothing to be left", async || self.is_done(false).await)
            .await;
        self.scene
            .objects
            .delete(MAQUETTE, "Provider", "", "edge")
            .await;
        self.scene
            .objects
            .delete(MAQUETTE, "Plugin", "", "tunnels")
            .await;
        self.scene
            .objects
            .delete("v1", "Secret", OPERATORS, "tunnels")
            .await;
        self.scene.finish().await;
    }
}

fn tunneled(host: &str) -> Value {
    let mut workspace = routed("shop", host);
    let networking = &mut workspace["spec"]["networking"];
    networking.as_object_mut().unwrap().remove("gateway");
    networking["tunnel"] = json!({"provider": "edge"});
    workspace
}

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
    assert_eq!(edge.connectors().await.unwrap().len(), 3, "{name}");

    edge.provide(&edge.server.url()).await;
    scene
        .until("nothing to be left", async || edge.is_done(false).await)
        .await;
    edge.finish().await;
}
