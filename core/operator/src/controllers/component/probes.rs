//! The probe that keeps a running container from being ready.

use super::{explain::newest, words::start_of};
use crate::cluster::{ContainerState, PodSummary};
use maquette_api::Component;
use serde_json::{Map, Value};
use std::sync::Arc;

/// Most of a probe that is shown, in bytes.
const PROBE_MAX_BYTES: usize = 120;

/// The first container that runs and is not ready, with its probes.
pub(super) fn not_ready(component: &Component, pods: &[Arc<PodSummary>]) -> Option<String> {
    let template = &component.spec.template;
    let specs: Vec<_> = template.containers().chain(template.sidecars()).collect();
    newest(pods).into_iter().find_map(|pod| {
        let containers = pod.containers.iter();
        let mut running = containers.filter(|container| {
            matches!(container.state, ContainerState::Running) && !container.ready
        });
        running.find_map(|container| {
            let mut specs = specs.iter();
            let spec = specs.find(|spec| {
                spec.get("name").and_then(Value::as_str) == Some(container.name.as_str())
            })?;
            let pod = pod.metadata.name.as_deref().unwrap_or_default();
            Some(format!(
                "container {} of pod {pod} runs, and its {} does not succeed",
                container.name,
                probes(spec)?
            ))
        })
    })
}

/// The probes that decide whether a container is ready.
fn probes(container: &Map<String, Value>) -> Option<String> {
    let probe = |field: &str, name: &str| {
        let probe = container.get(field)?;
        Some(format!("{name} probe ({})", request(probe)))
    };
    let probes: Vec<String> = [
        probe("startupProbe", "startup"),
        probe("readinessProbe", "readiness"),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!probes.is_empty()).then(|| probes.join(" or "))
}

fn request(probe: &Value) -> String {
    let text = |value: Option<&Value>| match value {
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
        None => String::new(),
    };
    let request = if let Some(get) = probe.get("httpGet") {
        let path = get.get("path").and_then(Value::as_str).unwrap_or("/");
        format!("HTTP GET {path} at port {}", text(get.get("port")))
    } else if let Some(socket) = probe.get("tcpSocket") {
        format!("TCP port {}", text(socket.get("port")))
    } else if let Some(grpc) = probe.get("grpc") {
        format!("gRPC port {}", text(grpc.get("port")))
    } else {
        let command = probe.pointer("/exec/command").and_then(Value::as_array);
        let words = command.into_iter().flatten().filter_map(Value::as_str);
        words.collect::<Vec<_>>().join(" ")
    };
    start_of(&request, PROBE_MAX_BYTES)
}
