//! `StandInGateway`: accepts every route at once, as a Gateway implementation would. Nothing is served.

use futures::StreamExt as _;
use kube::api::{Patch, PatchParams};
use kube::runtime::{WatchStreamExt as _, watcher};
use kube::{Api, Resource as _, ResourceExt as _};
use serde_json::json;

use super::objects::Objects;

/// Ends with the runtime of its test.
pub(crate) struct StandInGateway;

impl StandInGateway {
    pub(crate) fn start(objects: &Objects) {
        let objects = objects.clone();
        tokio::spawn(async move {
            let mut resource = kube::core::ApiResource::from_gvk(
                &kube::core::GroupVersionKind::gvk("gateway.networking.k8s.io", "v1", "HTTPRoute"),
            );
            "httproutes".clone_into(&mut resource.plural);
            let routes = Api::<kube::core::DynamicObject>::all_with(objects.0.clone(), &resource);
            let stream = watcher(routes, watcher::Config::default())
                .default_backoff()
                .applied_objects();
            let mut stream = std::pin::pin!(stream);
            while let Some(route) = stream.next().await {
                if let Ok(route) = route {
                    accept(&objects, &route).await;
                }
            }
        });
    }
}

async fn accept(objects: &Objects, route: &kube::core::DynamicObject) {
    let generation = json!(route.meta().generation);
    let held = &route.data["status"]["parents"][0]["conditions"][0]["observedGeneration"];
    if route.meta().deletion_timestamp.is_some() || *held == generation {
        return;
    }
    let condition = |kind: &str| {
        json!({
            "type": kind, "status": "True", "reason": kind, "message": "", "observedGeneration": generation,
            "lastTransitionTime": "2026-01-01T00:00:00Z",
        })
    };
    let status = json!({"status": {"parents": [{
        "parentRef": route.data["spec"]["parentRefs"][0],
        "controllerName": "test/stand-in",
        "conditions": [condition("Accepted"), condition("ResolvedRefs")],
    }]}});
    let namespace = route.namespace().unwrap_or_default();
    let routes = objects.of("gateway.networking.k8s.io/v1", "HTTPRoute", &namespace);
    // It may be gone by now, and a broken connection is tried again with the next change.
    let _ = routes
        .patch_status(
            &route.name_any(),
            &PatchParams::default(),
            &Patch::Merge(status),
        )
        .await;
}
