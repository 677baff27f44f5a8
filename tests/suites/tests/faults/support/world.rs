//! What all tests share, one after the other: starting it takes longer than most tests.

use std::process::Command;
use std::sync::{Arc, Weak};

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::api::{Patch, PatchParams, PostParams};
use kube::{Api, Client};
use maquette_harness::progress::Progress;
use maquette_harness::tools::{self, Tool};
use maquette_harness::{ControlPlane, ControlPlaneOptions, Pdns};
use serde_json::json;
use tokio::sync::Mutex;

use super::binaries;
use super::objects::Objects;

/// The zones of the DNS server.
pub(crate) const ZONE: &str = "preview.test";
pub(crate) const OTHER_ZONE: &str = "other.test";
/// The address of the Gateway; nobody listens there.
pub(crate) const ADDRESS: &str = "192.0.2.10";

static WORLD: Mutex<Weak<World>> = Mutex::const_new(Weak::new());

pub(crate) struct World {
    pub(crate) control_plane: ControlPlane,
    pub(crate) registry: String,
    pub(crate) pdns: Pdns,
    pub(crate) plugin_digest: String,
    /// Held by the test that plays; false after one that failed and may have left things behind.
    pub(crate) clean: Arc<Mutex<bool>>,
}

/// The world as the last test left it, or a new one where that test failed. The last test that has it ends it.
pub(crate) async fn enter() -> Arc<World> {
    let mut known = WORLD.lock().await;
    if let Some(world) = known.upgrade() {
        return world;
    }
    let world = Arc::new(World::start().await);
    *known = Arc::downgrade(&world);
    world
}

/// The next test gets a new world.
pub(crate) async fn abandon() {
    *WORLD.lock().await = Weak::new();
}

impl World {
    async fn start() -> Self {
        binaries::program("maquette-operator");
        let options = ControlPlaneOptions {
            kwok: true,
            ..ControlPlaneOptions::default()
        };
        let control_plane = ControlPlane::start_with(options).await.unwrap();
        let registry = control_plane.start_registry().await.unwrap();
        let pdns = control_plane
            .start_powerdns(&[ZONE, OTHER_ZONE])
            .await
            .unwrap();
        let plugin_digest = binaries::publish_plugin(&registry, "plugins/powerdns", "powerdns");
        control_plane.add_kwok_nodes(2).await.unwrap();
        let world = Self {
            control_plane,
            registry,
            pdns,
            plugin_digest,
            clean: Arc::new(Mutex::new(true)),
        };
        world.install().await;
        world
    }

    async fn install(&self) {
        let client = self.control_plane.client().await.unwrap();
        let definitions = Api::<CustomResourceDefinition>::all(client.clone());
        for definition in maquette_api::crds() {
            definitions
                .create(&PostParams::default(), &definition)
                .await
                .unwrap();
        }
        let gateway_api = tools::gateway_api_definitions().unwrap();
        self.kubectl(&[
            "apply",
            "--server-side",
            "--filename",
            &gateway_api.to_string_lossy(),
        ]);
        self.kubectl(&[
            "wait",
            "--for=condition=Established",
            "--timeout=30s",
            "crd",
            "--all",
        ]);
        let objects = Objects(client.clone());
        objects.namespace("maquette-system", json!({})).await;
        objects.namespace("infra", json!({})).await;
        let secret = json!({
            "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "powerdns", "namespace": "maquette-system"},
            "stringData": {"api-key": self.pdns.api_key, "wrong": "not-the-key"},
        });
        objects.apply(secret).await;
        objects
            .apply(self.plugin("powerdns", json!({"version": "0.1.0"})))
            .await;
        self.make_gateway(&objects, &client).await;
    }

    /// A Plugin of the repository that the plugin was pushed to.
    pub(crate) fn plugin(&self, name: &str, mut spec: serde_json::Value) -> serde_json::Value {
        if spec.get("image").is_none() {
            spec["image"] = json!(format!("{}/maquette/powerdns", self.registry));
        }
        json!({"apiVersion": "maquette.dev/v1alpha1", "kind": "Plugin", "metadata": {"name": name}, "spec": spec})
    }

    /// A Gateway whose status the test writes, as an implementation would.
    async fn make_gateway(&self, objects: &Objects, client: &Client) {
        let gateway = json!({
            "apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway", "metadata": {"name": "shared", "namespace": "infra"},
            "spec": {"gatewayClassName": "stand-in", "listeners": [
                {"name": "web", "protocol": "HTTP", "port": 80, "allowedRoutes": {"namespaces": {"from": "All"}}},
            ]},
        });
        objects.apply(gateway).await;
        let status = json!({"status": {
            "addresses": [{"type": "IPAddress", "value": ADDRESS}],
            "conditions": [{
                "type": "Programmed", "status": "True", "reason": "Programmed", "message": "", "observedGeneration": 1,
                "lastTransitionTime": "2026-01-01T00:00:00Z",
            }],
        }});
        let gateways = objects.of("gateway.networking.k8s.io/v1", "Gateway", "infra");
        gateways
            .patch_status("shared", &PatchParams::default(), &Patch::Merge(status))
            .await
            .unwrap();
        client.apiserver_version().await.unwrap();
    }

    pub(crate) fn kubectl(&self, arguments: &[&str]) -> String {
        tools::ensure(&[Tool::Kubectl], &Progress::new()).unwrap();
        let ended = Command::new(Tool::Kubectl.path().unwrap())
            .arg("--kubeconfig")
            .arg(self.control_plane.kubeconfig())
            .arg("--cache-dir")
            .arg(self.control_plane.folder().join("kubectl-cache"))
            .args(arguments)
            .output()
            .unwrap();
        assert!(
            ended.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&ended.stderr)
        );
        String::from_utf8(ended.stdout).unwrap()
    }
}
