//! What runs and what does not.

use std::fmt;

use k8s_openapi::api::core::v1::Node;
use kube::Api;

use super::{Cluster, Component};
use crate::controlplane::look;

/// One process of the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComponentStatus {
    /// Its name.
    pub name: &'static str,
    /// Its process id, if it was started.
    pub pid: Option<u32>,
    /// Whether it runs.
    pub running: bool,
}

/// The state of the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Every process.
    pub components: Vec<ComponentStatus>,
    /// Whether the API server answers `/readyz`.
    pub api_ready: bool,
    /// Whether the node is Ready.
    pub node_ready: bool,
    /// What people ask for: names and addresses.
    pub addresses: Vec<(&'static str, String)>,
}

impl Status {
    /// Everything runs and the node is Ready.
    pub fn is_healthy(&self) -> bool {
        self.api_ready
            && self.node_ready
            && self.components.iter().all(|component| component.running)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for ComponentStatus { name, pid, running } in &self.components {
            let pid = pid.map_or_else(|| "-".to_owned(), |pid| pid.to_string());
            writeln!(
                f,
                "{name:<24} {:<8} {pid}",
                if *running { "running" } else { "stopped" }
            )?;
        }
        let yes = |good: bool| if good { "ready" } else { "not ready" };
        writeln!(f, "{:<24} {}", "API server", yes(self.api_ready))?;
        writeln!(f, "{:<24} {}", "node", yes(self.node_ready))?;
        for (name, value) in &self.addresses {
            writeln!(f, "{name:<24} {value}")?;
        }
        Ok(())
    }
}

impl Cluster {
    /// Looks at every process, the API server and the node.
    pub async fn status(&self) -> Status {
        let components = Component::ALL.map(|component| {
            let process = self.process(component).ok();
            let running = process
                .as_ref()
                .is_some_and(crate::process::Process::is_alive);
            ComponentStatus {
                name: component.name(),
                pid: process.map(|process| process.pid),
                running,
            }
        });
        let (api_ready, node_ready) = match self.client().await {
            Ok(client) => (
                look(&client).await.is_ok(),
                node_is_ready(client).await.is_ok(),
            ),
            Err(_) => (false, false),
        };
        let record = &self.record;
        let addresses = vec![
            ("kubeconfig", self.kubeconfig().display().to_string()),
            ("registry", record.registry.clone()),
            ("PowerDNS API", record.pdns.api_url.clone()),
            ("DNS", record.pdns.dns_address.clone()),
            ("gateway", record.gateway.to_string()),
            ("logs", self.folder().join("logs").display().to_string()),
        ];
        Status {
            components: components.to_vec(),
            api_ready,
            node_ready,
            addresses,
        }
    }
}

/// `Ok` when the node is Ready, otherwise what it says.
pub(super) async fn node_is_ready(client: kube::Client) -> Result<(), String> {
    let nodes = Api::<Node>::all(client);
    let node = nodes
        .get(super::node::NAME)
        .await
        .map_err(|error| error.to_string())?;
    readiness(&node)
}

fn readiness(node: &Node) -> Result<(), String> {
    let conditions = node
        .status
        .as_ref()
        .and_then(|status| status.conditions.as_deref())
        .unwrap_or_default();
    match conditions
        .iter()
        .find(|condition| condition.type_ == "Ready")
    {
        Some(condition) if condition.status == "True" => Ok(()),
        Some(condition) => Err(condition
            .message
            .clone()
            .unwrap_or_else(|| condition.status.clone())),
        None => Err("the node does not say whether it is Ready".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn node(conditions: &serde_json::Value) -> Node {
        serde_json::from_value(json!({"metadata": {}, "status": {"conditions": conditions}}))
            .unwrap()
    }

    #[test]
    fn a_node_that_is_not_ready_says_why() {
        let conditions =
            json!([{"type": "Ready", "status": "False", "message": "cni plugin not initialized"}]);
        assert_eq!(
            readiness(&node(&conditions)),
            Err("cni plugin not initialized".to_owned())
        );
        assert_eq!(
            readiness(&node(&json!([{"type": "Ready", "status": "True"}]))),
            Ok(())
        );
        assert!(readiness(&node(&json!([]))).is_err());
    }

    #[test]
    fn one_stopped_process_makes_the_cluster_unhealthy() {
        let component = |running| ComponentStatus {
            name: "etcd",
            pid: Some(1),
            running,
        };
        let mut status = Status {
            components: vec![component(true)],
            api_ready: true,
            node_ready: true,
            addresses: vec![],
        };
        assert!(status.is_healthy());
        status.components.push(component(false));
        assert!(!status.is_healthy());
    }
}
