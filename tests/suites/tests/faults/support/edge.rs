//! `Edge`: a provider that keeps tunnels, in memory.

use bytes::Bytes;
use maquette_conformance::memory::TunnelServer;
use maquette_harness::http;
use serde_json::{Value, json};

use super::objects::MAQUETTE;
use super::{Scene, binaries};
use crate::workspaces::routed;

const TOKEN: &str = "t0ken-of-the-tunnels";
/// The operator's own namespace, where connectors run.
pub(crate) const OPERATORS: &str = "maquette-system";

/// A provider of tunnels in memory, and the scene with a Provider of it.
pub(crate) struct Edge {
    pub(crate) scene: Scene,
    pub(crate) server: TunnelServer,
}

impl Edge {
    pub(crate) async fn start() -> Self {
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
    pub(crate) async fn provide(&self, url: &str) {
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
    pub(crate) async fn tunnels(&self) -> Result<Vec<String>, String> {
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

    /// Everything everywhere.
    pub(crate) async fn inventory(&self) -> Result<Vec<String>, String> {
        let mut found = self.scene.inventory().await?;
        found.extend(connectors(&self.scene).await?);
        found.extend(self.tunnels().await?);
        Ok(found)
    }

    /// Whether the step has come to its end.
    pub(crate) async fn is_done(&self, exists: bool) -> Result<(), String> {
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

    pub(crate) async fn begin(&self, step: Option<&Value>) {
        match step {
            Some(manifest) => drop(self.scene.objects.apply(manifest.clone()).await),
            None => self.scene.delete("Workspace", "shop").await,
        }
    }

    pub(crate) async fn finish(self) {
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

/// A workspace with route and record that is reached through the tunnel.
pub(crate) fn tunneled(host: &str) -> Value {
    let mut workspace = routed("shop", host);
    let networking = &mut workspace["spec"]["networking"];
    networking.as_object_mut().unwrap().remove("gateway");
    networking["tunnel"] = json!({"provider": "edge"});
    workspace
}

/// What runs connectors.
pub(crate) async fn connectors(scene: &Scene) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    for (version, kind) in [("apps/v1", "Deployment"), ("v1", "Secret")] {
        for object in scene.objects.list(version, kind, OPERATORS).await? {
            if object["metadata"]["labels"]["maquette.dev/tunnel"].is_string() {
                found.push(format!("connector {kind} {}", object["metadata"]["name"]));
            }
        }
    }
    Ok(found)
}
