//! Networks of a component: as declared, else the ports of its containers.

use maquette_api::{ComponentSpec, Network, component::Protocol};
use serde_json::Value;

/// Networks as declared, else one for each port of the containers and sidecars, named like the port or `port-<number>`, for
/// another protocol than TCP `port-<number>-<protocol>`.
pub fn networks(spec: &ComponentSpec) -> Vec<Network> {
    if !spec.networks.is_empty() {
        return spec.networks.clone();
    }
    let containers = spec.template.containers().chain(spec.template.sidecars());
    let ports = containers.filter_map(|container| container.get("ports")?.as_array());
    let mut networks: Vec<Network> = Vec::new();
    for port in ports.flatten() {
        let Some(network) = network(port, &networks) else {
            continue;
        };
        let is_same =
            |known: &Network| (known.port, known.protocol) == (network.port, network.protocol);
        if !networks.iter().any(is_same) {
            networks.push(network);
        }
    }
    networks
}

/// The network of a container's port. Two containers may use one name for different ports.
fn network(port: &Value, known: &[Network]) -> Option<Network> {
    let number = u16::try_from(port.get("containerPort")?.as_u64()?).ok()?;
    let protocol = match port.get("protocol").and_then(Value::as_str) {
        Some("UDP") => Some(Protocol::Udp),
        Some("SCTP") => Some(Protocol::Sctp),
        _ => None,
    };
    let name = port.get("name").and_then(Value::as_str);
    let name = name.filter(|name| known.iter().all(|network| network.name != *name));
    Some(Network {
        name: name.map_or_else(|| default_name(number, protocol), str::to_owned),
        port: number,
        target_port: None,
        protocol,
    })
}

fn default_name(number: u16, protocol: Option<Protocol>) -> String {
    match protocol {
        Some(protocol) => format!("port-{number}-{}", protocol.as_str().to_lowercase()),
        None => format!("port-{number}"),
    }
}
