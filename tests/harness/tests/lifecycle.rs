//! Removing the cluster leaves nothing behind, whatever state it was in. The test runs in a network namespace and with a state
//! folder of its own, so that it may run beside the machine's cluster.

#![expect(clippy::unwrap_used, reason = "a test ends by panicking")]

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use maquette_harness::{Cluster, ClusterError, Component, Options, process};

/// A pod that never becomes ready still has a shim, a network namespace, volumes and cgroups.
const POD: &str = "apiVersion: v1
kind: Pod
metadata: {name: waits, namespace: default}
spec:
  containers: [{name: waits, image: registry.test/pause:1}]
";

#[test]
fn a_removed_or_crashed_cluster_leaves_nothing_and_the_next_one_starts() {
    const ALONE: &str = "MAQUETTE_LIFECYCLE_ALONE";
    if std::env::var_os(ALONE).is_some() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        return runtime.block_on(scenario());
    }
    // Always the same one, so that this run removes what an earlier one left when it was killed.
    let state = maquette_harness::paths::state().join("lifecycle-test");
    let again = Command::new("unshare")
        .args([
            "--net",
            "sh",
            "-c",
            "ip link set lo up && exec \"$@\"",
            "sh",
        ])
        .arg(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "--nocapture",
            "a_removed_or_crashed_cluster_leaves_nothing_and_the_next_one_starts",
        ])
        .env(ALONE, "1")
        .env("XDG_STATE_HOME", state)
        .status()
        .unwrap();
    assert!(again.success());
}

async fn scenario() {
    Cluster::down().await.unwrap();
    nothing_is_left("after a first removal");

    let cluster = up().await;
    run_a_pod(&cluster).await;
    assert!(
        !cgroups_of_the_run().is_empty(),
        "the pod has cgroups where this test looks for them"
    );
    Cluster::down().await.unwrap();
    nothing_is_left("after the removal of a cluster with a pod");
    assert!(matches!(Cluster::current(), Err(ClusterError::NotRunning)));

    for written in [
        "processes/etcd.json",
        "kubeconfig",
        "processes/kubelet.json",
        "processes/traefik.json",
    ] {
        crash_once_there_is(written).await;
    }
    let cluster = up().await;
    run_a_pod(&cluster).await;

    for component in [
        Component::Kubelet,
        Component::Containerd,
        Component::Apiserver,
    ] {
        cluster.kill(component).unwrap();
    }
    let again = up().await;
    assert!(again.status().await.is_healthy());
    assert!(
        again.kubectl(&["get", "pod", "waits"]).is_err(),
        "an unhealthy cluster is replaced, not mended"
    );
    Cluster::down().await.unwrap();
    Cluster::down().await.unwrap();
    nothing_is_left("after two removals");
}

fn quiet() -> Options {
    Options {
        quiet: true,
        ..Options::default()
    }
}

async fn up() -> Cluster {
    Cluster::up(quiet()).await.unwrap()
}

/// Starts the cluster and drops the start as soon as a file exists. Nothing in the future cleans up by itself, so this is a crash.
async fn crash_once_there_is(written: &str) {
    // What the crash before this one left must not be taken for this one's.
    let path = maquette_harness::paths::state()
        .join("cluster")
        .join(written);
    drop(fs::remove_file(&path));
    let seen =
        maquette_harness::wait_for(written, Duration::from_mins(1), async || path.metadata());
    tokio::select! {
        biased;
        seen = seen => drop(seen.unwrap()),
        started = Cluster::up(quiet()) => panic!("the cluster was started before {written} was seen: {started:?}"),
    }
}

async fn run_a_pod(cluster: &Cluster) {
    maquette_harness::wait_for(
        "the default service account",
        Duration::from_secs(30),
        async || cluster.kubectl(&["get", "serviceaccount", "default"]),
    )
    .await
    .unwrap();
    cluster.apply(POD).unwrap();
    cluster
        .kubectl(&[
            "wait",
            "--for=condition=Ready",
            "--timeout=60s",
            "pod/waits",
        ])
        .unwrap();
}

fn nothing_is_left(when: &str) {
    let folder = maquette_harness::paths::state().join("cluster");
    assert!(!folder.exists(), "{when}: {}", folder.display());
    let devices = fs::read_to_string("/proc/self/net/dev").unwrap();
    assert!(!devices.contains("mq0:"), "{when}: {devices}");
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap();
    assert!(
        !mounts.contains(&format!("{}/", folder.display())),
        "{when}: {mounts}"
    );
    let tables = Command::new("nft")
        .args(["list", "tables"])
        .output()
        .unwrap()
        .stdout;
    assert!(
        !String::from_utf8_lossy(&tables).contains("kube-proxy"),
        "{when}: kube-proxy's tables"
    );
    assert_eq!(cgroups_of_the_run(), Vec::<PathBuf>::new(), "{when}");
    let marker = format!("{}={}", process::MARKER, folder.display());
    assert_eq!(
        processes(&marker, &folder.display().to_string()),
        Vec::<String>::new(),
        "{when}"
    );
}

/// Cgroups that were not there when the test began: another cluster of the machine has its own.
fn cgroups_of_the_run() -> Vec<PathBuf> {
    static BEFORE: OnceLock<Vec<PathBuf>> = OnceLock::new();
    let hierarchies = fs::read_dir("/sys/fs/cgroup").unwrap().flatten();
    let below = hierarchies
        .filter_map(|hierarchy| fs::read_dir(hierarchy.path()).ok())
        .flatten()
        .flatten();
    let ours = below
        .map(|entry| entry.path())
        .filter(|path| path.to_string_lossy().contains("/maquette-"));
    let now: Vec<PathBuf> = ours.collect();
    let before = BEFORE.get_or_init(|| now.clone());
    now.into_iter()
        .filter(|path| !before.contains(path))
        .collect()
}

/// Processes that carry the marker or name the folder on their command line, such as a shim.
fn processes(marker: &str, folder: &str) -> Vec<String> {
    let text = |path: PathBuf| {
        fs::read(path)
            .map(|bytes| String::from_utf8_lossy(&bytes).replace('\0', " "))
            .unwrap_or_default()
    };
    let all = fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .map(|entry| entry.path());
    let found = all.filter(|path| {
        text(path.join("environ")).contains(marker)
            || text(path.join("cmdline")).contains(&format!("{folder}/"))
    });
    found.map(|path| text(path.join("cmdline"))).collect()
}
