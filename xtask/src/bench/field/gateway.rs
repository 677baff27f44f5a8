//! A stand-in for a Gateway implementation: it says Programmed once, and Accepted for every HTTPRoute. No packet flows.

use std::time::Duration;

use anyhow::Result;
use futures::StreamExt as _;
use jiff::Timestamp;
use kube::api::{ApiResource, DynamicObject, Patch, PatchParams};
use kube::core::GroupVersionKind;
use kube::runtime::WatchStreamExt as _;
use kube::runtime::watcher::{self, Event};
use kube::{Api, Client, ResourceExt as _};
use maquette_harness::{tools, wait_for};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::ZONE;
use crate::demo::objects;

const CONTROLLER: &str = "bench.test/gateway";
const GROUP: &str = "gateway.networking.k8s.io";

/// Installs the kinds and the Gateway `infra/shared`, and answers for its routes until the task is aborted.
pub(super) async fn start(client: &Client) -> Result<JoinHandle<()>> {
    let folder = tools::gateway_api_definitions()?;
    for kind in ["gatewayclasses", "gateways", "httproutes"] {
        for object in objects::read(&folder.join(format!("{GROUP}_{kind}.yaml")))? {
            objects::apply(client, &object).await?;
        }
    }
    for object in manifests()? {
        wait_for(
            "the kinds of the Gateway API",
            Duration::from_secs(30),
            async || objects::apply(client, &object).await,
        )
        .await?;
    }
    let gateways: Api<DynamicObject> =
        Api::namespaced_with(client.clone(), "infra", &resource("Gateway"));
    let conditions = [condition("Accepted", 1), condition("Programmed", 1)];
    let status = json!({"status": {"addresses": [{"type": "IPAddress", "value": "198.18.0.1"}], "conditions": conditions}});
    gateways
        .patch_status("shared", &PatchParams::default(), &Patch::Merge(&status))
        .await?;
    Ok(tokio::spawn(accept_routes(client.clone())))
}

fn manifests() -> Result<Vec<DynamicObject>> {
    let all = [
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "infra"}}),
        json!({"apiVersion": format!("{GROUP}/v1"), "kind": "GatewayClass", "metadata": {"name": "bench"}, "spec": {"controllerName": CONTROLLER}}),
        json!({
            "apiVersion": format!("{GROUP}/v1"), "kind": "Gateway", "metadata": {"name": "shared", "namespace": "infra"},
            "spec": {"gatewayClassName": "bench", "listeners": [{
                "name": "web", "protocol": "HTTP", "port": 80, "hostname": format!("*.{ZONE}"),
                "allowedRoutes": {"namespaces": {"from": "All"}},
            }]},
        }),
    ];
    all.into_iter()
        .map(|object| Ok(serde_json::from_value(object)?))
        .collect()
}

fn resource(kind: &str) -> ApiResource {
    ApiResource::from_gvk(&GroupVersionKind::gvk(GROUP, "v1", kind))
}

fn condition(kind: &str, generation: i64) -> Value {
    json!({"type": kind, "status": "True", "reason": kind, "message": "", "observedGeneration": generation, "lastTransitionTime": Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()})
}

async fn accept_routes(client: Client) {
    let routes: Api<DynamicObject> = Api::all_with(client.clone(), &resource("HTTPRoute"));
    let mut events = watcher::watcher(routes, watcher::Config::default())
        .default_backoff()
        .boxed();
    while let Some(event) = events.next().await {
        if let Ok(Event::Apply(route) | Event::InitApply(route)) = event {
            let is_new = route.data.pointer("/status/parents/0").is_none();
            if is_new && route.metadata.deletion_timestamp.is_none() {
                tokio::spawn(accept(client.clone(), route));
            }
        }
    }
}

/// A route that is gone again needs no answer.
async fn accept(client: Client, route: DynamicObject) {
    let generation = route.metadata.generation.unwrap_or(1);
    let parent = json!({
        "parentRef": route.data.pointer("/spec/parentRefs/0"),
        "controllerName": CONTROLLER,
        "conditions": [condition("Accepted", generation), condition("ResolvedRefs", generation)],
    });
    let namespace = route.namespace().unwrap_or_default();
    let api: Api<DynamicObject> = Api::namespaced_with(client, &namespace, &resource("HTTPRoute"));
    let status = json!({"status": {"parents": [parent]}});
    drop(
        api.patch_status(
            &route.name_any(),
            &PatchParams::default(),
            &Patch::Merge(&status),
        )
        .await,
    );
}
