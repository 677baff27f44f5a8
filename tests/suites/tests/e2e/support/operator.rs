//! The operator that Helm installed: its pod, its process, its release.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use k8s_openapi::api::core::v1::Pod;
use kube::Client;
use kube::api::{Api, DeleteParams, ListParams};
use maquette_harness::tools::Tool;
use maquette_harness::{Cluster, wait_for};

/// Namespace and Helm release of the operator.
pub(crate) const NAMESPACE: &str = "maquette-system";
pub(crate) const RELEASE: &str = "maquette";
/// The Lease of an operator that died without a word runs out in 15 s.
const BACK_WITHIN: Duration = Duration::from_mins(1);

/// The operator's pod, once it is the only one and ready.
pub(crate) async fn pod(client: &Client) -> Pod {
    wait_for("one operator to be ready", BACK_WITHIN, async || {
        let pods = pods(client).await.map_err(|error| error.to_string())?;
        match &pods[..] {
            [pod] if is_ready(pod) => Ok(pod.clone()),
            [] => Err("there is none; `cargo xtask install` installs it".to_owned()),
            pods => Err(format!(
                "{} pods, ready: {}",
                pods.len(),
                pods.iter().filter(|pod| is_ready(pod)).count()
            )),
        }
    })
    .await
    .unwrap()
}

async fn pods(client: &Client) -> kube::Result<Vec<Pod>> {
    let api: Api<Pod> = Api::namespaced(client.clone(), NAMESPACE);
    let selector = ListParams::default().labels("app.kubernetes.io/name=maquette");
    Ok(api.list(&selector).await?.items)
}

fn is_ready(pod: &Pod) -> bool {
    let conditions = pod
        .status
        .as_ref()
        .and_then(|status| status.conditions.as_ref());
    pod.metadata.deletion_timestamp.is_none()
        && conditions
            .into_iter()
            .flatten()
            .any(|condition| condition.type_ == "Ready" && condition.status == "True")
}

/// Kills the operator as a crash of its node would: the process without warning, then the pod. Another pod takes over,
/// without the restart's back-off.
pub(crate) async fn crash(client: &Client) {
    let pod = pod(client).await;
    kill(&pod);
    let api: Api<Pod> = Api::namespaced(client.clone(), NAMESPACE);
    let now = DeleteParams::default().grace_period(0);
    api.delete(pod.metadata.name.as_deref().unwrap(), &now)
        .await
        .unwrap();
}

/// Kills the operator's process and waits until its container has started again in the same pod.
pub(crate) async fn restart(client: &Client) {
    let before = self::pod(client).await;
    kill(&before);
    wait_for(
        "the operator's container to start again",
        BACK_WITHIN,
        async || {
            let pods = pods(client).await.map_err(|error| error.to_string())?;
            let same = pods
                .iter()
                .find(|pod| pod.metadata.uid == before.metadata.uid);
            let restarted =
                same.is_some_and(|pod| restarts(pod) > restarts(&before) && is_ready(pod));
            if restarted {
                Ok(())
            } else {
                Err(format!("{:?}", same.map(|pod| &pod.status)))
            }
        },
    )
    .await
    .unwrap();
}

fn restarts(pod: &Pod) -> i32 {
    let statuses = pod
        .status
        .as_ref()
        .and_then(|status| status.container_statuses.as_ref());
    statuses
        .into_iter()
        .flatten()
        .map(|status| status.restart_count)
        .sum()
}

/// SIGKILL to every process in the pod's container: found by the container's id in their cgroups.
fn kill(pod: &Pod) {
    let status = &pod
        .status
        .as_ref()
        .unwrap()
        .container_statuses
        .as_ref()
        .unwrap()[0];
    let id = status
        .container_id
        .as_ref()
        .unwrap()
        .rsplit('/')
        .next()
        .unwrap()
        .to_owned();
    let processes: Vec<String> = fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name.chars().all(|c| c.is_ascii_digit()))
        .filter(|pid| {
            fs::read_to_string(format!("/proc/{pid}/cgroup")).is_ok_and(|text| text.contains(&id))
        })
        .collect();
    assert!(
        !processes.is_empty(),
        "no process belongs to container {id}"
    );
    assert!(
        Command::new("kill")
            .arg("-9")
            .args(&processes)
            .status()
            .unwrap()
            .success()
    );
}

/// Runs helm on the operator's release; returns what it prints.
pub(crate) fn helm(cluster: &Cluster, arguments: &[&str]) -> String {
    let mut command = Command::new(Tool::Helm.path().unwrap());
    command
        .env("KUBECONFIG", cluster.kubeconfig())
        .args(["--namespace", NAMESPACE])
        .args(arguments);
    let ended = command.output().unwrap();
    assert!(
        ended.status.success(),
        "helm {arguments:?}: {}",
        String::from_utf8_lossy(&ended.stderr)
    );
    String::from_utf8(ended.stdout).unwrap()
}

/// The chart's folder.
pub(crate) fn chart() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../charts/maquette")
}
