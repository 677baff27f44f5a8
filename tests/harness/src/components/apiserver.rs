//! kube-apiserver with a token file, RBAC, an audit log and a certificate that it signs itself.

use std::path::{Path, PathBuf};

use super::Unit;
use crate::access::{ServiceAccountKey, User, token_file};

/// One line per finished request; watches too, when they end.
const AUDIT_POLICY: &str = "apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Metadata
";

/// Kubernetes' services are given addresses of this range.
pub(crate) const SERVICE_RANGE: &str = "198.19.0.0/17";

/// What kube-apiserver needs to know.
pub(crate) struct Apiserver<'a> {
    pub(crate) folder: &'a Path,
    /// The address it listens on and that pods reach it by.
    pub(crate) address: &'a str,
    pub(crate) port: u16,
    /// ip:port
    pub(crate) etcd: &'a str,
    pub(crate) users: &'a [User],
    pub(crate) service_account_key: &'a ServiceAccountKey,
    /// Whether pods reach it: only then is the `kubernetes` Service given an endpoint.
    pub(crate) serves_pods: bool,
    /// Without kube-controller-manager nobody creates the service accounts that pods need at admission.
    pub(crate) has_controllers: bool,
}

impl Apiserver<'_> {
    pub(crate) fn unit(&self, binary: PathBuf) -> Unit {
        let path = |name: &str| self.folder.join("apiserver").join(name);
        let flag = |name: &str, file: &str| format!("--{name}={}", path(file).display());
        let mut arguments = vec![
            format!("--etcd-servers=http://{}", self.etcd),
            format!("--bind-address={}", self.address),
            format!("--advertise-address={}", self.address),
            format!("--secure-port={}", self.port),
            format!("--service-cluster-ip-range={SERVICE_RANGE}"),
            format!("--cert-dir={}", certificates(self.folder).display()),
            flag("token-auth-file", "tokens.csv"),
            "--authorization-mode=Node,RBAC".to_owned(),
            "--allow-privileged=true".to_owned(),
            "--service-account-issuer=https://kubernetes.default.svc.cluster.local".to_owned(),
            flag("service-account-key-file", "service-accounts.pub"),
            flag("service-account-signing-key-file", "service-accounts.key"),
            "--kubelet-preferred-address-types=InternalIP".to_owned(),
            flag("audit-policy-file", "audit-policy.yaml"),
            format!("--audit-log-path={}", audit_log(self.folder).display()),
            "--audit-log-maxsize=4096".to_owned(),
            "--profiling=false".to_owned(),
        ];
        if !self.serves_pods {
            arguments.push("--endpoint-reconciler-type=none".to_owned());
        }
        if !self.has_controllers {
            arguments.push("--disable-admission-plugins=ServiceAccount".to_owned());
        }
        Unit::new("kube-apiserver", binary)
            .arguments(arguments)
            .file(path("tokens.csv"), token_file(self.users))
            .file(
                path("service-accounts.key"),
                self.service_account_key.private.clone(),
            )
            .file(
                path("service-accounts.pub"),
                self.service_account_key.public.clone(),
            )
            .file(path("audit-policy.yaml"), AUDIT_POLICY.to_owned())
    }
}

/// Where the server writes the certificate that it signs itself.
fn certificates(folder: &Path) -> PathBuf {
    folder.join("apiserver/certificates")
}

/// The certificate and the authority that signed it; exists once the server has started.
pub(crate) fn certificate(folder: &Path) -> PathBuf {
    certificates(folder).join("apiserver.crt")
}

/// The private key of the service accounts.
pub(crate) fn service_account_key(folder: &Path) -> PathBuf {
    folder.join("apiserver/service-accounts.key")
}

/// One JSON object per line, `audit.k8s.io/v1` Event.
pub(crate) fn audit_log(folder: &Path) -> PathBuf {
    folder.join("logs/audit.log")
}
