//! Networks of a component: as declared, else its container ports.

use maquette_api::{ComponentSpec, Network, component::Protocol};
use serde_json::Value;

/// Networks as declared, else one for each container port, named like the port or `port-<number>`.
pub fn networks(spec: &ComponentSpec) -> Vec<Network> {
    if !spec.networks.is_empty() {
        return spec.networks.clone();
    }
    spec.template
        .containers()
        .filter_map(|container| container.get("ports")?.as_array())
        .flatten()
        .filter_map(|port| {
            let number = u16::try_from(port.get("containerPort")?.as_u64()?).ok()?;
            Some(Network {
                name: port
                    .get("name")
                    .and_then(Value::as_str)
                    .map_or_else(|| format!("port-{number}"), str::to_owned),
                port: number,
                target_port: None,
                protocol: (port.get("protocol").and_then(Value::as_str) == Some("UDP"))
                    .then_some(Protocol::Udp),
            })
        })
        .collect()
}
