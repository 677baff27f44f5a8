//! containerd 1.6 with everything it writes below the run's folder.

use std::path::{Path, PathBuf};

use super::{Unit, unique_name};

/// Where containerd answers.
pub(crate) fn socket(folder: &Path) -> PathBuf {
    folder.join("containerd/run/containerd.sock")
}

/// `registry` is the host:port that every image is taken from, `sandbox_image` the name of the pause image.
pub(crate) fn unit(
    folder: &Path,
    registry: &str,
    sandbox_image: &str,
    bridge: &str,
    pods: &str,
    gateway: &str,
) -> Unit {
    let own = folder.join("containerd");
    let config = own.join("config.toml");
    Unit::new("containerd", "/usr/bin/containerd".into())
        .arguments([
            "--config".to_owned(),
            config.display().to_string(),
            "--log-level".to_owned(),
            "info".to_owned(),
        ])
        .file(config, config_toml(&own, &socket(folder), sandbox_image))
        .file(own.join("hosts/_default/hosts.toml"), hosts_toml(registry))
        .file(
            own.join("cni/10-maquette.conflist"),
            network(&unique_name(folder), bridge, pods, gateway, &own),
        )
}

/// `restrict_oom_score_adj`: a machine without `CAP_SYS_RESOURCE` cannot lower the score, and every sandbox would fail.
/// `netns_mounts_under_state_dir`: so that cleaning up finds the network namespaces of this run and of no other.
fn config_toml(own: &Path, socket: &Path, sandbox_image: &str) -> String {
    let own = own.display();
    format!(
        r#"version = 2
root = "{own}/root"
state = "{own}/run"
disabled_plugins = [
  "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.snapshotter.v1.zfs", "io.containerd.internal.v1.restart", "io.containerd.tracing.processor.v1.otlp",
]
[grpc]
  address = "{socket}"
[plugins."io.containerd.internal.v1.opt"]
  path = "{own}/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{sandbox_image}"
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "{own}/hosts"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "{own}/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        BinaryName = "/usr/sbin/runc"
        Root = "{own}/runc"
        SystemdCgroup = false
"#,
        socket = socket.display(),
    )
}

/// Every image host is served by the local registry: a mistyped image must not ask the network.
fn hosts_toml(registry: &str) -> String {
    format!(
        "server = \"http://{registry}\"\n\n[host.\"http://{registry}\"]\n  capabilities = [\"pull\", \"resolve\"]\n"
    )
}

/// No masquerading: pods reach each other, the services and this machine, and nothing else.
fn network(name: &str, bridge: &str, pods: &str, gateway: &str, own: &Path) -> String {
    let first = gateway
        .rsplit_once('.')
        .map_or_else(String::new, |(head, _)| format!("{head}.10"));
    format!(
        r#"{{
  "cniVersion": "1.0.0",
  "name": "{name}",
  "plugins": [
    {{
      "type": "bridge", "bridge": "{bridge}", "isGateway": true, "ipMasq": false, "hairpinMode": true,
      "ipam": {{
        "type": "host-local", "dataDir": "{own}/addresses",
        "ranges": [[{{"subnet": "{pods}", "rangeStart": "{first}", "gateway": "{gateway}"}}]],
        "routes": [{{"dst": "0.0.0.0/0"}}]
      }}
    }},
    {{"type": "portmap", "capabilities": {{"portMappings": true}}}}
  ]
}}
"#,
        own = own.display(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_image_host_is_served_by_the_local_registry_and_none_falls_back_to_the_network() {
        let text = hosts_toml("198.18.0.1:5000");
        assert!(
            text.lines()
                .filter(|line| line.contains("http"))
                .all(|line| line.contains("http://198.18.0.1:5000")),
            "{text}"
        );
        assert!(
            text.starts_with("server = "),
            "without a server containerd falls back to the image's own host"
        );
    }

    #[test]
    fn pods_get_addresses_after_those_that_the_machine_keeps() {
        let network: serde_json::Value = serde_json::from_str(&network(
            "maquette-1",
            "mq0",
            "198.18.0.0/24",
            "198.18.0.1",
            Path::new("/run"),
        ))
        .unwrap();
        assert_eq!(
            network["plugins"][0]["ipam"]["ranges"][0][0]["rangeStart"],
            "198.18.0.10"
        );
    }
}
