//! What all tests share, made once and left in place: the image of the probe, and a provider of the cluster's zone.

use std::path::Path;
use std::time::Duration;

use kube::Client;
use kube::api::{Api, Patch, PatchParams};
use maquette_api::condition::{READY, holds};
use maquette_api::{Plugin, Provider};
use maquette_harness::cluster::{IMAGE_HOST, ZONE};
use maquette_harness::images::from_binary_with_libs;
use maquette_harness::{Cluster, http, wait_for};
use serde_json::json;
use tokio::sync::OnceCell;

use super::operator;

/// Field manager of what the tests apply.
pub(crate) const MANAGER: &str = "e2e";
/// Label of the namespaces that the provider serves.
pub(crate) const LABEL: &str = "maquette.test/e2e";
pub(crate) const PROVIDER: &str = "e2e-dns";
const PLUGIN: &str = "e2e-powerdns";
const WITHIN: Duration = Duration::from_mins(1);

/// The probe's image, by digest.
pub(crate) async fn ensure(cluster: &Cluster, client: &Client) -> String {
    static PROBE: OnceCell<String> = OnceCell::const_new();
    PROBE
        .get_or_init(async || {
            operator::pod(client).await;
            provider(cluster, client).await;
            probe(cluster).await
        })
        .await
        .clone()
}

async fn probe(cluster: &Cluster) -> String {
    let image = from_binary_with_libs(Path::new(env!("CARGO_BIN_EXE_e2e-probe"))).unwrap();
    let digest = image
        .push(cluster.registry(), "e2e/probe", "1")
        .await
        .unwrap();
    format!("{IMAGE_HOST}/e2e/probe@{digest}")
}

/// The plugin that `cargo xtask install` pushed, with credentials and grants of its own.
async fn provider(cluster: &Cluster, client: &Client) {
    let pdns = cluster.pdns();
    let secret = json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": PLUGIN},
        "stringData": {"api-key": pdns.api_key},
    });
    let secrets: Api<k8s_openapi::api::core::v1::Secret> =
        Api::namespaced(client.clone(), operator::NAMESPACE);
    let params = PatchParams::apply(MANAGER).force();
    secrets
        .patch(PLUGIN, &params, &Patch::Apply(secret))
        .await
        .unwrap();

    let repository = "maquette/powerdns";
    let plugin = json!({
        "apiVersion": "maquette.dev/v1alpha1", "kind": "Plugin", "metadata": {"name": PLUGIN},
        "spec": {"image": format!("{}/{repository}", cluster.registry()), "digest": digest(cluster, repository).await},
    });
    let plugins: Api<Plugin> = Api::all(client.clone());
    plugins
        .patch(PLUGIN, &params, &Patch::Apply(plugin))
        .await
        .unwrap();

    let provider = json!({
        "apiVersion": "maquette.dev/v1alpha1", "kind": "Provider", "metadata": {"name": PROVIDER},
        "spec": {
            "plugin": PLUGIN,
            "config": {"url": pdns.api_url, "server": "localhost"},
            "credentials": {"api-key": {"secretRef": {"name": PLUGIN, "key": "api-key"}}},
            "egress": [pdns.api_url],
            "scope": {"namespaces": {"matchLabels": {LABEL: "true"}}, "zones": [ZONE]},
        },
    });
    let providers: Api<Provider> = Api::all(client.clone());
    providers
        .patch(PROVIDER, &params, &Patch::Apply(provider))
        .await
        .unwrap();
    wait_for("the provider to be Ready", WITHIN, async || {
        let provider = providers
            .get(PROVIDER)
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

/// What the registry has behind the tag that `cargo xtask install` pushes.
pub(crate) async fn digest(cluster: &Cluster, repository: &str) -> String {
    let path = format!("/v2/{repository}/manifests/0.1.0");
    let request =
        ::http::Request::get(path).header("accept", "application/vnd.oci.image.manifest.v1+json");
    let answer = http::send(
        cluster.registry(),
        request.body(bytes::Bytes::new()).unwrap(),
    )
    .await
    .unwrap();
    let digest = answer.headers.get("docker-content-digest");
    digest
        .expect("`cargo xtask install` pushes the plugin")
        .to_str()
        .unwrap()
        .to_owned()
}
