//! kube-controller-manager and kube-scheduler. They serve nothing, so they take no port.

use std::path::{Path, PathBuf};

use super::Unit;
use super::apiserver::{SERVICE_RANGE, certificate, service_account_key};

/// Pods are given addresses of this range; the node gets its first /24.
pub(crate) const POD_RANGE: &str = "198.18.0.0/16";

pub(crate) fn manager(folder: &Path, binary: PathBuf, kubeconfig: String) -> Unit {
    let path = folder.join("kubeconfigs/kube-controller-manager");
    Unit::new("kube-controller-manager", binary)
        .arguments([
            format!("--kubeconfig={}", path.display()),
            "--use-service-account-credentials=true".to_owned(),
            format!(
                "--service-account-private-key-file={}",
                service_account_key(folder).display()
            ),
            format!("--root-ca-file={}", certificate(folder).display()),
            "--allocate-node-cidrs=true".to_owned(),
            format!("--cluster-cidr={POD_RANGE}"),
            format!("--service-cluster-ip-range={SERVICE_RANGE}"),
            "--leader-elect=false".to_owned(),
            "--secure-port=0".to_owned(),
            "--kube-api-qps=300".to_owned(),
            "--kube-api-burst=600".to_owned(),
        ])
        .file(path, kubeconfig)
}

pub(crate) fn scheduler(folder: &Path, binary: PathBuf, kubeconfig: String) -> Unit {
    let path = folder.join("kubeconfigs/kube-scheduler");
    Unit::new("kube-scheduler", binary)
        .arguments([
            format!("--kubeconfig={}", path.display()),
            "--leader-elect=false".to_owned(),
            "--secure-port=0".to_owned(),
            "--kube-api-qps=300".to_owned(),
            "--kube-api-burst=600".to_owned(),
        ])
        .file(path, kubeconfig)
}
