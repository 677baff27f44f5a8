//! What a person wants to see when a wait has failed.

use std::path::Path;
use std::process::Command;

use crate::command::{self, CommandError};
use crate::tools::Tool;

/// Runs kubectl with a kubeconfig.
pub(crate) fn kubectl(
    kubeconfig: &Path,
    arguments: &[&str],
    input: Option<&str>,
) -> Result<String, CommandError> {
    let binary = Tool::Kubectl.path().unwrap_or_else(|_| "kubectl".into());
    let mut command = Command::new(binary);
    let cache = kubeconfig.with_file_name("kubectl-cache");
    command
        .arg("--kubeconfig")
        .arg(kubeconfig)
        .arg("--cache-dir")
        .arg(cache)
        .args(arguments);
    command::output(&mut command, input)
}

/// Objects, events and pod logs of a namespace as text. What cannot be read is said in its place.
pub fn namespace(kubeconfig: &Path, namespace: &str) -> String {
    let ask = |arguments: &[&str]| {
        let mut all = vec!["--namespace", namespace];
        all.extend(arguments);
        kubectl(kubeconfig, &all, None).unwrap_or_else(|error| format!("{error}\n"))
    };
    let mut text = String::new();
    let mut section = |title: &str, body: &str| text.extend(["--- ", title, "\n", body, "\n"]);
    section(
        "workloads",
        &ask(&[
            "get",
            "pods,deployments,statefulsets,jobs,services,endpointslices",
            "--output=wide",
        ]),
    );
    section("workspaces", &ask(&["get", "maquette", "--output=yaml"]));
    section("routes", &ask(&["get", "httproutes", "--output=yaml"]));
    section(
        "events",
        &ask(&["get", "events", "--sort-by=.lastTimestamp"]),
    );
    for pod in ask(&["get", "pods", "--output=name"])
        .lines()
        .filter(|line| line.starts_with("pod/"))
    {
        section(
            pod,
            &ask(&["logs", pod, "--all-containers", "--prefix", "--tail=30"]),
        );
    }
    text
}
