//! kubelet on containerd, with cgroups of its own and everything it writes below the run's folder.

use std::path::{Path, PathBuf};

use super::{Unit, unique_name};

/// What kubelet needs to know.
pub(crate) struct Kubelet<'a> {
    pub(crate) folder: &'a Path,
    pub(crate) node: &'a str,
    pub(crate) address: &'a str,
    pub(crate) cluster_dns: &'a str,
    pub(crate) socket: &'a Path,
}

/// kubelet's `--root-dir`; volumes are mounted below it.
pub(crate) fn root(folder: &Path) -> PathBuf {
    folder.join("kubelet")
}

impl Kubelet<'_> {
    pub(crate) fn unit(&self, binary: PathBuf, kubeconfig: String) -> Unit {
        let access = self.folder.join("kubeconfigs/kubelet");
        let config = self.folder.join("kubelet.yaml");
        let root = root(self.folder);
        Unit::new("kubelet", binary)
            .arguments([
                format!("--config={}", config.display()),
                format!("--kubeconfig={}", access.display()),
                format!("--root-dir={}", root.display()),
                format!(
                    "--cert-dir={}",
                    self.folder.join("kubelet-certificates").display()
                ),
                format!("--hostname-override={}", self.node),
                format!("--node-ip={}", self.address),
            ])
            .file(access, kubeconfig)
            .file(config, self.config())
            // Pods inherit no resolver of the machine: nothing may leave it.
            .file(self.folder.join("resolv.conf"), String::new())
            .folder(root)
            .folder(self.folder.join("pods"))
    }

    /// Anonymous access and `AlwaysAllow` are for a machine that runs tests: the address is its own bridge's.
    /// `oomScoreAdj: 0` because a machine without `CAP_SYS_RESOURCE` cannot lower it.
    fn config(&self) -> String {
        let Self {
            folder,
            address,
            cluster_dns,
            socket,
            ..
        } = self;
        format!(
            r#"apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: {address}
port: 10250
healthzPort: 0
readOnlyPort: 0
authentication: {{anonymous: {{enabled: true}}, webhook: {{enabled: false}}}}
authorization: {{mode: AlwaysAllow}}
containerRuntimeEndpoint: unix://{socket}
cgroupDriver: cgroupfs
cgroupRoot: /{cgroup}
failSwapOn: false
localStorageCapacityIsolation: false
makeIPTablesUtilChains: false
oomScoreAdj: 0
clusterDomain: cluster.local
clusterDNS: ["{cluster_dns}"]
resolvConf: {folder}/resolv.conf
podLogsDir: {folder}/pods
volumePluginDir: {folder}/volume-plugins
serializeImagePulls: false
maxPods: 220
kubeAPIQPS: 300
kubeAPIBurst: 600
eventRecordQPS: 0
imageGCHighThresholdPercent: 100
evictionHard: {{memory.available: 100Mi, nodefs.available: 1%, nodefs.inodesFree: 1%, imagefs.available: 1%}}
"#,
            cgroup = unique_name(folder),
            socket = socket.display(),
            folder = folder.display(),
        )
    }
}
