//! kube-proxy in its nftables mode; its tables are `ip kube-proxy` and `ip6 kube-proxy`.

use std::path::{Path, PathBuf};

use super::Unit;
use super::controllers::POD_RANGE;

pub(crate) fn unit(
    folder: &Path,
    binary: PathBuf,
    kubeconfig: String,
    node: &str,
    address: &str,
) -> Unit {
    let access = folder.join("kubeconfigs/kube-proxy");
    let config = folder.join("kube-proxy.yaml");
    // conntrack's zeros mean "leave as it is": its sysctls are not writable everywhere.
    let text = format!(
        r#"apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: nftables
clientConnection: {{kubeconfig: "{kubeconfig}", qps: 100, burst: 200}}
hostnameOverride: {node}
bindAddress: {address}
healthzBindAddress: {address}:10256
metricsBindAddress: {address}:10249
clusterCIDR: {POD_RANGE}
nodePortAddresses: ["{address}/32"]
oomScoreAdj: 0
conntrack: {{maxPerCore: 0, min: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s, udpTimeout: 0s, udpStreamTimeout: 0s}}
nftables: {{minSyncPeriod: 100ms, syncPeriod: 30s}}
"#,
        kubeconfig = access.display(),
    );
    Unit::new("kube-proxy", binary)
        .arguments([format!("--config={}", config.display())])
        .file(access, kubeconfig)
        .file(config, text)
}
