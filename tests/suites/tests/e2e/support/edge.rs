//! A Provider of tunnels of a test's own, through a real frp server of its own.

use std::time::Duration;

use k8s_openapi::api::core::v1::Secret;
use kube::api::{Api, Patch, PatchParams};
use maquette_api::condition::{READY, holds};
use maquette_api::{Plugin, Provider};
use maquette_harness::cluster::{IMAGE_HOST, ZONE};
use maquette_harness::images::from_binary_with_libs;
use maquette_harness::tools::Tool;
use maquette_harness::wait_for;
use serde_json::{Value, json};

use super::fixture::{LABEL, MANAGER, PROVIDER, digest};
use super::frps::{Frps, LOGIN};
use super::{Place, operator};

const PLUGIN: &str = "e2e-frp";
const WITHIN: Duration = Duration::from_mins(1);

/// The Provider and its server.
pub(crate) struct Edge<'a> {
    place: &'a Place,
    pub(crate) frps: Frps,
    /// Name of the Provider and of its Secret.
    pub(crate) name: String,
    pub(crate) token: String,
}

impl<'a> Edge<'a> {
    pub(crate) async fn new(place: &'a Place) -> Self {
        let token = format!("token-of-{}", place.namespace);
        let edge = Self {
            frps: Frps::start(&place.cluster, &token).await,
            name: place.namespace.clone(),
            token,
            place,
        };
        edge.keep_token().await;
        edge.plugin().await;
        edge.provider().await;
        edge
    }

    /// A workspace whose only component answers with a text, through this Provider.
    pub(crate) fn workspace(&self, text: &str) -> Value {
        json!({
            "networking": {
                "dns": {"provider": PROVIDER, "zone": ZONE},
                "tunnel": {"provider": self.name},
                "routes": [{"to": {"component": "web", "network": "http"}}],
            },
            "components": [self.place.server("web", text)],
        })
    }

    /// The URL of a host.
    pub(crate) fn url(&self, host: &str) -> String {
        format!("http://{host}:{}", self.frps.entrance().1)
    }

    /// Waits until a text is answered at a host to a visitor from outside.
    pub(crate) async fn answers(&self, host: &str, text: &str) {
        let what = format!("{text} at {host} through frps");
        wait_for(&what, Duration::from_secs(30), async || {
            let answer = self.frps.visit(host).await?;
            if answer.contains(text) {
                Ok(())
            } else {
                Err(answer)
            }
        })
        .await
        .unwrap();
    }

    /// Writes the token into the Secret.
    pub(crate) async fn keep_token(&self) {
        let secret = json!({
            "apiVersion": "v1", "kind": "Secret", "metadata": {"name": self.name},
            "stringData": {"token": self.token, "dashboard": LOGIN},
        });
        let secrets: Api<Secret> = Api::namespaced(self.place.client.clone(), operator::NAMESPACE);
        let params = PatchParams::apply(MANAGER).force();
        secrets
            .patch(&self.name, &params, &Patch::Apply(secret))
            .await
            .unwrap();
    }

    async fn plugin(&self) {
        let cluster = &self.place.cluster;
        let repository = "maquette/frp";
        let plugin = json!({
            "apiVersion": "maquette.dev/v1alpha1", "kind": "Plugin", "metadata": {"name": PLUGIN},
            "spec": {"image": format!("{}/{repository}", cluster.registry()), "digest": digest(cluster, repository).await},
        });
        let plugins: Api<Plugin> = Api::all(self.place.client.clone());
        plugins
            .patch(
                PLUGIN,
                &PatchParams::apply(MANAGER).force(),
                &Patch::Apply(plugin),
            )
            .await
            .unwrap();
    }

    async fn provider(&self) {
        let (address, port) = self.frps.entrance();
        let dashboard = self.frps.dashboard();
        let credential = |key: &str| json!({"secretRef": {"name": self.name, "key": key}});
        let provider = json!({
            "apiVersion": "maquette.dev/v1alpha1", "kind": "Provider", "metadata": {"name": self.name},
            "spec": {
                "plugin": PLUGIN,
                "config": {"server": self.frps.server(), "addresses": [address], "image": self.image().await, "dashboard": dashboard},
                "credentials": {"token": credential("token"), "dashboard": credential("dashboard")},
                "egress": [dashboard],
                "connector": {"images": [format!("{IMAGE_HOST}/frp/frpc")]},
                "entrance": {"scheme": "http", "port": port},
                "scope": {"namespaces": {"matchLabels": {LABEL: "true"}}, "zones": [ZONE]},
                "intervalSeconds": 5,
            },
        });
        let providers: Api<Provider> = Api::all(self.place.client.clone());
        providers
            .patch(
                &self.name,
                &PatchParams::apply(MANAGER).force(),
                &Patch::Apply(provider),
            )
            .await
            .unwrap();
        wait_for("the provider of tunnels to be Ready", WITHIN, async || {
            let provider = providers
                .get(&self.name)
                .await
                .map_err(|error| error.to_string())?;
            let status = provider.status.unwrap_or_default();
            let current = status.observed_generation == provider.metadata.generation;
            if current && holds(&status.conditions, READY) {
                Ok(())
            } else {
                Err(format!("{:?}", status.conditions))
            }
        })
        .await
        .unwrap();
    }

    /// The real frpc.
    async fn image(&self) -> String {
        let image = from_binary_with_libs(&Tool::Frpc.path().unwrap()).unwrap();
        let digest = image
            .push(self.place.cluster.registry(), "frp/frpc", "1")
            .await
            .unwrap();
        format!("{IMAGE_HOST}/frp/frpc@{digest}")
    }
}

impl Drop for Edge<'_> {
    fn drop(&mut self) {
        let cluster = &self.place.cluster;
        drop(cluster.kubectl(&["delete", "provider", &self.name, "--wait=false"]));
        let secret = [
            "delete",
            "secret",
            &self.name,
            "--namespace",
            operator::NAMESPACE,
        ];
        drop(cluster.kubectl(&secret));
    }
}
