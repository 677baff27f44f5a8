//! Component: one unit of a workspace.

use crate::Template;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// All containers of one of the component's pods run, or have completed.
pub const STARTED: &str = "Started";
/// The component's Job has completed with the template of the spec.
pub const COMPLETED: &str = "Completed";

/// One unit of a workspace: a Deployment, StatefulSet or Job and its Service.
#[derive(CustomResource, Clone, Debug, PartialEq, Serialize, Deserialize, KubeSchema)]
#[kube(
    group = "maquette.dev", version = "v1alpha1", kind = "Component", plural = "components", namespaced, shortname = "mqcomp",
    category = "maquette", status = "ComponentStatus", derive = "PartialEq",
    doc = "One unit of a workspace: a Deployment, StatefulSet or Job and its Service.",
    validation = Rule::new("self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$') && size(self.metadata.name) <= 52")
        .message("metadata.name must be a DNS label that starts with a letter and has at most 52 characters, because the names of pods are made from it"),
    printcolumn(name = "Workload", type_ = "string", json_path = ".spec.workload"),
    printcolumn(name = "Ready", type_ = "string", json_path = ".status.conditions[?(@.type=='Ready')].status"),
    printcolumn(name = "Reason", type_ = "string", json_path = ".status.conditions[?(@.type=='Ready')].reason"),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp")
)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = Rule::new("!has(self.replicas) || !has(self.workload) || self.workload != 'Job'")
        .message("a Job has no replicas; set parallelism in the job itself by splitting it into components").field_path(".replicas"),
    validation = Rule::new("!has(self.strategy) || !has(self.workload) || self.workload == 'Deployment'")
        .message("only a Deployment has a strategy").field_path(".strategy"),
    validation = Rule::new("!has(self.networks) || self.networks.all(n, self.networks.exists_one(m, m.port == n.port && (has(m.protocol) ? m.protocol : 'TCP') == (has(n.protocol) ? n.protocol : 'TCP')))")
        .message("two networks have one port and protocol").field_path(".networks")
)]
pub struct ComponentSpec {
    /// What runs the pods, default Deployment.
    #[serde(default, skip_serializing_if = "crate::is_default")]
    pub workload: Workload,
    /// Number of pods. Not for a Job. Omitted: 1 at first, and then the number that an autoscaler or `kubectl scale`
    /// sets on the workload.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 100))]
    pub replicas: Option<i32>,
    /// How a Deployment replaces its pods, default `RollingUpdate`. With `Recreate` the old pods end before new ones start, which
    /// a volume needs that only one pod can use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategy: Option<Strategy>,
    /// The pod: any field of a `PodSpec`, and `metadata` for labels and annotations of the pods.
    pub template: Template,
    /// Ports under which others reach it. Omitted: the ports of the template's containers and sidecars.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 16))]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["name".into()]))]
    pub networks: Vec<Network>,
}

/// What runs a component's pods.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Workload {
    /// Pods that are alike and can be replaced at any time.
    #[default]
    Deployment,
    /// Pods with a stable name, for databases.
    StatefulSet,
    /// Pods that run to completion once.
    Job,
}

impl Workload {
    /// The kind's name.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Deployment => "Deployment",
            Self::StatefulSet => "StatefulSet",
            Self::Job => "Job",
        }
    }
}

/// How a Deployment replaces its pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Strategy {
    /// New pods start while the old ones run.
    RollingUpdate,
    /// New pods start when the old ones have ended.
    Recreate,
}

/// A port under which others reach a component.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct Network {
    /// Name within the component, a DNS label of at most 15 characters.
    #[schemars(
        length(min = 1, max = 15),
        regex(pattern = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")
    )]
    pub name: String,
    /// Port of the Service.
    #[schemars(range(min = 1, max = 65535))]
    pub port: u16,
    /// Port of the container, the same as `port` where omitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 65535))]
    pub target_port: Option<u16>,
    /// `TCP` (default), `UDP` or `SCTP`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<Protocol>,
}

impl Network {
    /// Port of the container.
    pub fn container_port(&self) -> u16 {
        self.target_port.unwrap_or(self.port)
    }
}

/// Transport protocol of a network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Protocol {
    /// RFC 9293.
    #[default]
    #[serde(rename = "TCP")]
    Tcp,
    /// RFC 768.
    #[serde(rename = "UDP")]
    Udp,
    /// RFC 9260.
    #[serde(rename = "SCTP")]
    Sctp,
}

impl Protocol {
    /// As Kubernetes writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tcp => "TCP",
            Self::Udp => "UDP",
            Self::Sctp => "SCTP",
        }
    }
}

/// Status of a component.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct ComponentStatus {
    /// Generation of the spec that this status describes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// Hash of the template with which the Job has completed. A Job does not run again with a template that has completed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_template: Option<String>,
    /// Values that others can refer to: `host`, and the address of each network by its name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub outputs: BTreeMap<String, String>,
    /// Ready, Reconciling, Stalled, Started and, for a Job, Completed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["type".into()]))]
    pub conditions: Vec<Condition>,
}
