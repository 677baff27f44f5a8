//! Killing and restarting parts of the cluster, for fault tests.

use std::time::Duration;

use super::{Cluster, ClusterError};
use crate::controlplane::{ControlPlaneError, look};
use crate::http;
use crate::process::Process;
use crate::wait::wait_for;

/// A process of the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are those of the programs")]
pub enum Component {
    Etcd,
    Apiserver,
    ControllerManager,
    Scheduler,
    Containerd,
    Kubelet,
    KubeProxy,
    Coredns,
    Registry,
    Pdns,
    Gateway,
}

impl Component {
    /// Every process of the cluster.
    pub const ALL: [Self; 11] = [
        Self::Etcd,
        Self::Apiserver,
        Self::ControllerManager,
        Self::Scheduler,
        Self::Containerd,
        Self::Kubelet,
        Self::KubeProxy,
        Self::Coredns,
        Self::Registry,
        Self::Pdns,
        Self::Gateway,
    ];

    /// The name of the process, its record and its log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Etcd => "etcd",
            Self::Apiserver => "kube-apiserver",
            Self::ControllerManager => "kube-controller-manager",
            Self::Scheduler => "kube-scheduler",
            Self::Containerd => "containerd",
            Self::Kubelet => "kubelet",
            Self::KubeProxy => "kube-proxy",
            Self::Coredns => "coredns",
            Self::Registry => "registry",
            Self::Pdns => "pdns",
            Self::Gateway => "traefik",
        }
    }
}

impl Cluster {
    /// Kills a component as a crash would and returns when it is gone.
    pub fn kill(&self, component: Component) -> Result<(), ClusterError> {
        Ok(self.process(component)?.kill()?)
    }

    /// Starts a killed component again, with its data and addresses; does nothing while it runs.
    pub fn start(&self, component: Component) -> Result<(), ClusterError> {
        let process = self.process(component)?;
        if !process.is_alive() {
            self.run.start_again(&process)?;
        }
        Ok(())
    }

    /// Kills a component, starts it again, and waits until it serves.
    pub async fn restart(&self, component: Component) -> Result<(), ClusterError> {
        self.kill(component)?;
        self.start(component)?;
        self.wait_until_serving(component).await
    }

    /// Waits until a component serves; for one that serves nothing, that it runs.
    pub async fn wait_until_serving(&self, component: Component) -> Result<(), ClusterError> {
        let process = self.process(component)?;
        let client = self.client().await?;
        wait_for(component.name(), Duration::from_mins(1), async || {
            process.check().map_err(|error| error.to_string())?;
            match component {
                Component::Apiserver => look(&client).await,
                Component::Registry => answers(&self.record.registry, "/v2/").await,
                Component::Pdns => answers(self.pdns_api(), "/api").await,
                Component::Gateway => answers(&self.record.gateway.to_string(), "/").await,
                _ => Ok(()),
            }
        })
        .await?;
        Ok(())
    }

    /// host:port of the DNS server's API.
    pub(super) fn pdns_api(&self) -> &str {
        self.record.pdns.api_url.trim_start_matches("http://")
    }

    pub(super) fn process(&self, component: Component) -> Result<Process, ClusterError> {
        let name = component.name();
        self.run
            .process(name)
            .ok_or_else(|| ControlPlaneError::NoSuchProcess(name.to_owned()).into())
    }
}

/// Any answer shows that the server serves, also a refusal.
pub(super) async fn answers(address: &str, path: &str) -> Result<(), String> {
    http::get(address, address, path)
        .await
        .map(drop)
        .map_err(|error| error.to_string())
}
