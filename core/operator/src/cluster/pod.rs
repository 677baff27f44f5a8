//! What a component needs to know of a pod; the rest is not kept in memory.

use super::{kept::Kept, kind::Kind, store::Stored};
use k8s_openapi::{
    api::core::v1::{ContainerStatus, Pod},
    apimachinery::pkg::apis::meta::v1::ObjectMeta,
};
use kube::{Api, Client, core::DynamicObject};
use serde_json::Value;

/// What a component needs to know of a pod.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PodSummary {
    /// Name, namespace, UID, labels, owners and times.
    pub metadata: ObjectMeta,
    /// `Pending`, `Running`, `Succeeded`, `Failed` or `Unknown`.
    pub phase: String,
    /// Why the scheduler finds no node, where it finds none.
    pub unschedulable: Option<String>,
    /// Why the kubelet or a controller ended the pod, for example an eviction: reason and message.
    pub ended: Option<(String, String)>,
    /// Init containers and containers, in order.
    pub containers: Vec<ContainerSummary>,
}

impl Stored for PodSummary {
    fn metadata(&self) -> &ObjectMeta {
        &self.metadata
    }
}

impl Kept for PodSummary {
    type Served = Pod;

    fn api(client: Client, _: Kind, _: &str) -> Api<Pod> {
        Api::all(client)
    }

    fn keep(served: Pod) -> Self {
        served.into()
    }

    fn parse(answer: DynamicObject) -> Option<Self> {
        answer.try_parse::<Pod>().ok().map(Self::from)
    }

    fn live(&self) -> Option<Value> {
        None
    }

    fn is_news(&self, new: &Self) -> bool {
        let unversioned = |pod: &Self| {
            let mut pod = pod.clone();
            pod.metadata.resource_version = None;
            pod
        };
        unversioned(self) != unversioned(new)
    }
}

/// How one container is.
#[derive(Clone, Debug, PartialEq)]
pub struct ContainerSummary {
    /// Name within the pod.
    pub name: String,
    /// Image as written in the pod.
    pub image: String,
    /// How often it was started again.
    pub restarts: i32,
    /// Whether its readiness probe succeeds.
    pub ready: bool,
    /// What it is doing.
    pub state: ContainerState,
    /// How its previous run ended.
    pub last: Option<Termination>,
}

/// What a container is doing.
#[derive(Clone, Debug, PartialEq)]
pub enum ContainerState {
    /// It does not run, for this reason and with this message.
    Waiting {
        /// For example `ImagePullBackOff`.
        reason: String,
        /// For people.
        message: String,
    },
    /// It runs.
    Running,
    /// It has ended.
    Terminated(Termination),
}

/// How a run of a container ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Termination {
    /// Exit code; 128 + n for signal n.
    pub exit_code: i32,
    /// For example `OOMKilled`, `Error` or `Completed`.
    pub reason: String,
    /// Its termination message: by default the last lines of its log.
    pub message: String,
}

impl From<Pod> for PodSummary {
    fn from(pod: Pod) -> Self {
        let meta = pod.metadata;
        let status = pod.status.unwrap_or_default();
        let spec_images: Vec<(String, String)> = pod
            .spec
            .into_iter()
            .flat_map(|spec| {
                spec.init_containers
                    .unwrap_or_default()
                    .into_iter()
                    .chain(spec.containers)
            })
            .map(|c| (c.name, c.image.unwrap_or_default()))
            .collect();
        let image_of = |name: &str| {
            spec_images
                .iter()
                .find(|(n, _)| n == name)
                .map(|(_, i)| i.clone())
                .unwrap_or_default()
        };
        let unschedulable = status
            .conditions
            .iter()
            .flatten()
            .find(|c| {
                c.type_ == "PodScheduled"
                    && c.status == "False"
                    && c.reason.as_deref() == Some("Unschedulable")
            })
            .map(|c| c.message.clone().unwrap_or_default());
        Self {
            metadata: ObjectMeta {
                name: meta.name,
                namespace: meta.namespace,
                uid: meta.uid,
                resource_version: meta.resource_version,
                labels: meta.labels,
                owner_references: meta.owner_references,
                creation_timestamp: meta.creation_timestamp,
                deletion_timestamp: meta.deletion_timestamp,
                ..ObjectMeta::default()
            },
            phase: status.phase.unwrap_or_default(),
            unschedulable,
            ended: status
                .reason
                .map(|reason| (reason, status.message.unwrap_or_default())),
            containers: status
                .init_container_statuses
                .into_iter()
                .flatten()
                .chain(status.container_statuses.into_iter().flatten())
                .map(|c| {
                    let image = image_of(&c.name);
                    summary(c, image)
                })
                .collect(),
        }
    }
}

fn summary(status: ContainerStatus, image: String) -> ContainerSummary {
    let termination = |t: k8s_openapi::api::core::v1::ContainerStateTerminated| Termination {
        exit_code: t.exit_code,
        reason: t.reason.unwrap_or_default(),
        message: t.message.unwrap_or_default(),
    };
    let now = status.state.unwrap_or_default();
    let state = if let Some(ended) = now.terminated {
        ContainerState::Terminated(termination(ended))
    } else if now.running.is_some() {
        ContainerState::Running
    } else {
        let waiting = now.waiting.unwrap_or_default();
        ContainerState::Waiting {
            reason: waiting.reason.unwrap_or_default(),
            message: waiting.message.unwrap_or_default(),
        }
    };
    ContainerSummary {
        name: status.name,
        image,
        restarts: status.restart_count,
        ready: status.ready,
        state,
        last: status
            .last_state
            .and_then(|last| last.terminated)
            .map(termination),
    }
}
