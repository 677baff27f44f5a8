//! CoreDNS as a process of the machine; pods reach it through the Service at the cluster's DNS address.

use std::path::{Path, PathBuf};

use super::Unit;

pub(crate) fn unit(
    folder: &Path,
    binary: PathBuf,
    kubeconfig: String,
    address: &str,
    port: u16,
) -> Unit {
    let access = folder.join("kubeconfigs/coredns");
    let config = folder.join("Corefile");
    let text = corefile(&access, address, port);
    Unit::new("coredns", binary)
        .arguments([format!("-conf={}", config.display())])
        .environment("HOME", folder)
        .file(access, kubeconfig)
        .file(config, text)
}

/// Forwards nowhere: a name outside the cluster does not exist (RFC 2308), at once and without a packet leaving the machine.
///
/// Two servers, because within one the `template` plugin would answer before the `kubernetes` plugin.
fn corefile(kubeconfig: &Path, address: &str, port: u16) -> String {
    format!(
        "cluster.local:{port} in-addr.arpa:{port} {{
    bind {address}
    errors
    kubernetes cluster.local in-addr.arpa {{
        kubeconfig {kubeconfig} maquette
        pods insecure
        ttl 1
    }}
}}
.:{port} {{
    bind {address}
    errors
    template ANY ANY {{
        rcode NXDOMAIN
    }}
}}
",
        kubeconfig = kubeconfig.display(),
    )
}
