//! The operator's own binary, as a process of the control plane's run.

use std::path::{Path, PathBuf};
use std::time::Duration;

use maquette_harness::ControlPlane;
use maquette_harness::process::{Process, Program};

use super::binaries;

/// Starts an operator that reaches the API server at this URL. `name` is also its identity.
pub(crate) fn start(
    control_plane: &ControlPlane,
    name: &str,
    url: &str,
    registry: &str,
    more: &[&str],
) -> Process {
    start_through(&[], control_plane, name, url, registry, more)
}

/// The same, started by the last of these commands, for example `ip netns exec NAME`.
pub(crate) fn start_through(
    through: &[&str],
    control_plane: &ControlPlane,
    name: &str,
    url: &str,
    registry: &str,
    more: &[&str],
) -> Process {
    let folder = control_plane.folder();
    let kubeconfig = write_kubeconfig(folder, name, url);
    let cache = folder.join("operator-cache");
    let mut arguments: Vec<String> = [
        "--namespace",
        "maquette-system",
        "--cache-dir",
        &cache.to_string_lossy(),
        "--metrics-addr",
        "127.0.0.1:0",
        "--health-addr",
        "127.0.0.1:0",
        "--plain-http-registry",
        registry,
        "--log-format",
        "json",
        "--identity",
        name,
    ]
    .map(str::to_owned)
    .into();
    arguments.extend(more.iter().map(|argument| (*argument).to_owned()));
    let mut path = binaries::program("maquette-operator");
    if let [command, rest @ ..] = through {
        let mut all: Vec<String> = rest.iter().map(|word| (*word).to_owned()).collect();
        all.push(path.to_string_lossy().into_owned());
        all.append(&mut arguments);
        (path, arguments) = (command.into(), all);
    }
    let program = Program {
        name: name.to_owned(),
        path,
        arguments,
        environment: vec![
            (
                "KUBECONFIG".to_owned(),
                kubeconfig.to_string_lossy().into_owned(),
            ),
            (
                "RUST_LOG".to_owned(),
                "info,maquette_operator=debug,maquette_host=debug".to_owned(),
            ),
        ],
    };
    control_plane.run().start(program).unwrap()
}

/// Where an operator with this log serves its metrics: the kernel chose the port.
pub(crate) fn metrics_address(log: &str) -> String {
    let lines = log.lines().rev();
    let mut lines = lines.filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let told = lines.find_map(|line| Some(line["metrics"].as_str()?.to_owned()));
    told.unwrap()
}

/// Ends an operator as a rolling update does.
pub(crate) fn terminate(operator: &Process) {
    operator.stop(Duration::from_secs(25)).unwrap();
}

fn write_kubeconfig(folder: &Path, name: &str, url: &str) -> PathBuf {
    let path = folder.join(format!("{name}.kubeconfig"));
    let text = format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: proxy\n\
         clusters: [{{name: proxy, cluster: {{server: \"{url}\"}}}}]\n\
         users: [{{name: proxy, user: {{}}}}]\n\
         contexts: [{{name: proxy, context: {{cluster: proxy, user: proxy}}}}]\n"
    );
    std::fs::write(&path, text).unwrap();
    path
}
