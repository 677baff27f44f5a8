//! Ports of the first container, from the networks, where no container declares ports itself.

use maquette_api::Network;
use serde_json::{Map, Value, json};

/// Declares the ports of the networks on the first container, unless a container of the pod declares ports itself.
pub(super) fn declare(spec: &mut Map<String, Value>, networks: &[Network]) {
    let declares = |list: &str| {
        let containers = spec.get(list).and_then(Value::as_array);
        let mut containers = containers.into_iter().flatten();
        containers.any(|container| container.get("ports").is_some())
    };
    if networks.is_empty() || declares("containers") || declares("initContainers") {
        return;
    }
    let first = spec
        .get_mut("containers")
        .and_then(|list| list.get_mut(0))
        .and_then(Value::as_object_mut);
    if let Some(first) = first {
        first.insert("ports".to_owned(), Value::Array(container_ports(networks)));
    }
}

/// One port for each port and protocol, which two networks may share.
fn container_ports(networks: &[Network]) -> Vec<Value> {
    let mut ports: Vec<(u16, &str, &str)> = Vec::new();
    for network in networks {
        let (port, protocol) = (
            network.container_port(),
            network.protocol.unwrap_or_default().as_str(),
        );
        if !ports
            .iter()
            .any(|known| (known.0, known.1) == (port, protocol))
        {
            ports.push((port, protocol, &network.name));
        }
    }
    let ports = ports.into_iter().map(|(port, protocol, name)| {
        let mut declared = json!({ "containerPort": port, "protocol": protocol });
        if let (true, Some(map)) = (is_port_name(name), declared.as_object_mut()) {
            map.insert("name".to_owned(), json!(name));
        }
        declared
    });
    ports.collect()
}

/// Whether a container's port may have the name (RFC 6335, section 5.1). A Service's port may have others, for example `80`.
fn is_port_name(name: &str) -> bool {
    name.contains(|c: char| c.is_ascii_lowercase()) && !name.contains("--")
}
