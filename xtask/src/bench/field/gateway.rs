//! A stand-in for a Gateway implementation: it reports Programmed once, accepts every HTTPRoute, and counts the attached
//! routes in the status of the Gateway's listener, as implementations do: each route that attaches or detaches changes the
//! Gateway. No packet flows.

use std::collections::BTreeSet;
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
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
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
    let status = json!({"status": {
        "addresses": [{"type": "IPAddress", "value": "198.18.0.1"}],
        "conditions": conditions,
        "listeners": [listener(0)],
    }});
    gateways
        .patch_status("shared", &PatchParams::default(), &Patch::Merge(&status))
        .await?;
    let (counted, counts) = unbounded_channel();
    let client = client.clone();
    Ok(tokio::spawn(async move {
        tokio::join!(
            accept_routes(client, counted),
            write_counts(gateways, counts)
        );
    }))
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

/// The status of the only listener.
fn listener(attached: usize) -> Value {
    let conditions = ["Accepted", "Programmed", "ResolvedRefs"].map(|kind| condition(kind, 1));
    json!({
        "name": "web",
        "attachedRoutes": attached,
        "supportedKinds": [{"group": GROUP, "kind": "HTTPRoute"}],
        "conditions": conditions,
    })
}

/// Writes each count, one after the other.
async fn write_counts(gateways: Api<DynamicObject>, mut counts: UnboundedReceiver<usize>) {
    while let Some(attached) = counts.recv().await {
        let status = json!({"status": {"listeners": [listener(attached)]}});
        // The next count replaces one that could not be written.
        drop(
            gateways
                .patch_status("shared", &PatchParams::default(), &Patch::Merge(&status))
                .await,
        );
    }
}

async fn accept_routes(client: Client, counted: UnboundedSender<usize>) {
    let routes: Api<DynamicObject> = Api::all_with(client.clone(), &resource("HTTPRoute"));
    let mut events = watcher::watcher(routes, watcher::Config::default())
        .default_backoff()
        .boxed();
    let mut attached = BTreeSet::new();
    while let Some(event) = events.next().await {
        let before = attached.len();
        match event {
            Ok(Event::Apply(route) | Event::InitApply(route)) => {
                attached.insert((route.namespace(), route.name_any()));
                let is_new = route.data.pointer("/status/parents/0").is_none();
                if is_new && route.metadata.deletion_timestamp.is_none() {
                    tokio::spawn(accept(client.clone(), route));
                }
            }
            Ok(Event::Delete(route)) => {
                attached.remove(&(route.namespace(), route.name_any()));
            }
            Ok(Event::Init | Event::InitDone) | Err(_) => {}
        }
        if attached.len() != before {
            // The receiver ends with this task.
            let _ = counted.send(attached.len());
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
