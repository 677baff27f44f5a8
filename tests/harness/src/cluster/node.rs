//! The only node: containerd and kubelet, and the cgroups that they need.

use std::fs;
use std::path::{Path, PathBuf};

use super::network::{BRIDGE, CLUSTER_DNS, NODE_ADDRESS, PODS};
use super::{ClusterError, IMAGE_HOST};
use crate::components::kubelet::Kubelet;
use crate::components::{containerd, proxy, unique_name};
use crate::process::{Process, Run};
use crate::tools::Tool;

/// The node's name.
pub(super) const NAME: &str = "maquette";
/// Repository and tag of the image that holds a pod's namespaces.
pub(super) const PAUSE: (&str, &str) = ("pause", "1");

/// Starts containerd; it needs no API server.
pub(super) fn start_containerd(run: &Run, registry: &str) -> Result<Process, ClusterError> {
    let (repository, tag) = PAUSE;
    let sandbox_image = format!("{IMAGE_HOST}/{repository}:{tag}");
    let unit = containerd::unit(
        run.folder(),
        registry,
        &sandbox_image,
        BRIDGE,
        PODS,
        &NODE_ADDRESS.to_string(),
    );
    Ok(unit.start(run)?)
}

/// Starts kubelet and kube-proxy.
pub(super) fn start(run: &Run, kubelet: String, kube_proxy: String) -> Result<(), ClusterError> {
    let address = NODE_ADDRESS.to_string();
    for cgroup in cgroups(run.folder()) {
        fs::create_dir_all(&cgroup).map_err(|source| ClusterError::File {
            path: cgroup,
            source,
        })?;
    }
    let socket = containerd::socket(run.folder());
    let node = Kubelet {
        folder: run.folder(),
        node: NAME,
        address: &address,
        cluster_dns: CLUSTER_DNS,
        socket: &socket,
    };
    node.unit(Tool::Kubelet.path()?, kubelet).start(run)?;
    proxy::unit(
        run.folder(),
        Tool::KubeProxy.path()?,
        kube_proxy,
        NAME,
        &address,
    )
    .start(run)?;
    Ok(())
}

/// The cluster's cgroup in each hierarchy: one on cgroup v2, one per controller on v1.
pub(super) fn cgroups(folder: &Path) -> Vec<PathBuf> {
    let root = PathBuf::from("/sys/fs/cgroup");
    if root.join("cgroup.controllers").exists() {
        return vec![root.join(unique_name(folder))];
    }
    let entries = fs::read_dir(&root).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.path())
        .filter(|path| path.is_dir() && !path.is_symlink())
        .map(|path| path.join(unique_name(folder)))
        .collect()
}
