//! Control planes side by side: their start, their faults and their end.

#![expect(clippy::unwrap_used, reason = "a test ends by panicking")]

use std::time::Duration;

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{ConfigMap, Namespace};
use kube::Api;
use kube::api::{DeleteParams, ListParams, PostParams};
use maquette_harness::{ControlPlane, ControlPlaneOptions, wait_for};
use serde_json::json;

fn config_map(name: &str) -> ConfigMap {
    serde_json::from_value(json!({"metadata": {"name": name}, "data": {"key": "value"}})).unwrap()
}

#[tokio::test]
async fn two_control_planes_run_side_by_side_and_do_not_see_each_other() {
    let (one, two) = tokio::join!(ControlPlane::start(), ControlPlane::start());
    let (one, two) = (one.unwrap(), two.unwrap());
    let maps = |client| Api::<ConfigMap>::namespaced(client, "default");
    let in_one = maps(one.client().await.unwrap());
    in_one
        .create(&PostParams::default(), &config_map("only-in-one"))
        .await
        .unwrap();
    let in_two = maps(two.client().await.unwrap());
    assert!(in_two.get_opt("only-in-one").await.unwrap().is_none());
}

#[tokio::test]
async fn what_was_written_is_there_after_the_api_server_and_etcd_were_killed() {
    let control_plane = ControlPlane::start().await.unwrap();
    let maps = Api::<ConfigMap>::namespaced(control_plane.client().await.unwrap(), "default");
    maps.create(&PostParams::default(), &config_map("kept"))
        .await
        .unwrap();
    control_plane.kill("kube-apiserver").unwrap();
    assert!(
        maps.get("kept").await.is_err(),
        "a killed server still answers"
    );
    control_plane.kill("etcd").unwrap();
    control_plane.start_again("etcd").unwrap();
    control_plane.restart_apiserver().await.unwrap();
    assert!(maps.get_opt("kept").await.unwrap().is_some());
}

#[tokio::test]
async fn every_request_is_a_line_of_the_audit_log() {
    let control_plane = ControlPlane::start().await.unwrap();
    let maps = Api::<ConfigMap>::namespaced(control_plane.client().await.unwrap(), "default");
    maps.create(&PostParams::default(), &config_map("audited"))
        .await
        .unwrap();
    wait_for(
        "the audit log's line",
        Duration::from_secs(10),
        async || {
            let text = std::fs::read_to_string(control_plane.audit_log())
                .map_err(|error| error.to_string())?;
            let events = text
                .lines()
                .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
            let of_mine = events.filter(|event| {
                event["objectRef"]["name"] == "audited" && event["verb"] == "create"
            });
            let found: Vec<_> = of_mine
                .map(|event| event["user"]["username"].clone())
                .collect();
            if found == [json!("admin")] {
                Ok(())
            } else {
                Err(format!("{found:?}"))
            }
        },
    )
    .await
    .unwrap();
}

#[tokio::test]
async fn pods_of_a_deployment_become_ready_on_kwok_nodes_and_their_namespace_really_goes() {
    let options = ControlPlaneOptions {
        kwok: true,
        ..ControlPlaneOptions::default()
    };
    let control_plane = ControlPlane::start_with(options).await.unwrap();
    control_plane.add_kwok_nodes(2).await.unwrap();
    let client = control_plane.client().await.unwrap();
    let namespaces = Api::<Namespace>::all(client.clone());
    let namespace = serde_json::from_value(json!({"metadata": {"name": "scale"}})).unwrap();
    namespaces
        .create(&PostParams::default(), &namespace)
        .await
        .unwrap();
    let deployments = Api::<Deployment>::namespaced(client, "scale");
    let deployment = json!({
        "metadata": {"name": "web"},
        "spec": {
            "replicas": 3,
            "selector": {"matchLabels": {"app": "web"}},
            "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {"containers": [{"name": "web", "image": "registry.test/never-pulled:1"}]},
            },
        },
    });
    deployments
        .create(
            &PostParams::default(),
            &serde_json::from_value(deployment).unwrap(),
        )
        .await
        .unwrap();
    wait_for("three ready replicas", Duration::from_mins(1), async || {
        let status = deployments
            .get_status("web")
            .await
            .map_err(|error| error.to_string())?
            .status
            .unwrap_or_default();
        if status.ready_replicas == Some(3) {
            Ok(())
        } else {
            Err(format!("{status:?}"))
        }
    })
    .await
    .unwrap();
    namespaces
        .delete("scale", &DeleteParams::default())
        .await
        .unwrap();
    wait_for(
        "the namespace to be gone",
        Duration::from_mins(1),
        async || {
            let left = namespaces
                .list(&ListParams::default().fields("metadata.name=scale"))
                .await
                .map_err(|error| error.to_string())?;
            if left.items.is_empty() {
                Ok(())
            } else {
                Err("it is still there".to_owned())
            }
        },
    )
    .await
    .unwrap();
}

#[tokio::test]
async fn dropping_a_control_plane_leaves_no_process_and_no_folder() {
    let control_plane = ControlPlane::start().await.unwrap();
    let folder = control_plane.folder().to_owned();
    let marker = format!("{}={}", maquette_harness::process::MARKER, folder.display());
    assert!(
        carrying(&marker) >= 2,
        "etcd and the API server carry the marker"
    );
    drop(control_plane);
    assert_eq!(carrying(&marker), 0);
    assert!(!folder.exists());
}

/// How many processes of the machine carry an entry in their environment.
fn carrying(entry: &str) -> usize {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let environments =
        processes.filter_map(|process| std::fs::read(process.path().join("environ")).ok());
    environments
        .filter(|environment| {
            environment
                .split(|byte| *byte == 0)
                .any(|found| found == entry.as_bytes())
        })
        .count()
}
