//! What `kubectl explain` and `kubectl get` tell.

use std::path::Path;
use std::process::Command;

use kube::api::{Patch, PatchParams, PostParams};
use maquette_harness::progress::Progress;
use maquette_harness::tools::{self, Tool};
use serde_json::{Value, json};

use super::{api, control_plane};

fn kubectl(kubeconfig: &Path, arguments: &[&str]) -> String {
    tools::ensure(&[Tool::Kubectl], &Progress::new()).unwrap();
    let cache = kubeconfig.with_file_name("kubectl-cache");
    let ended = Command::new(Tool::Kubectl.path().unwrap())
        .arg("--kubeconfig")
        .arg(kubeconfig)
        .arg("--cache-dir")
        .arg(cache)
        .args(arguments)
        .output()
        .unwrap();
    assert!(
        ended.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&ended.stderr)
    );
    String::from_utf8(ended.stdout).unwrap()
}

/// Fields below `schema` that nothing is said of.
fn silent(schema: &Value, path: &str, found: &mut Vec<String>) {
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let path = format!("{path}.{name}");
        if field["description"].as_str().is_none_or(str::is_empty) {
            found.push(path.clone());
        }
        silent(field, &path, found);
    }
    for inner in ["items", "additionalProperties"] {
        if schema[inner].is_object() {
            silent(&schema[inner], path, found);
        }
    }
}

#[tokio::test]
async fn every_field_of_every_kind_is_described() {
    let shared = control_plane().await;
    let client = shared.client().await.unwrap();
    let request = http::Request::get("/openapi/v3/apis/maquette.dev/v1alpha1")
        .body(Vec::new())
        .unwrap();
    let document: Value = client.request(request).await.unwrap();

    let mut undescribed = Vec::new();
    let mut kinds = Vec::new();
    for definition in maquette_api::crds() {
        let kind = definition.spec.names.kind;
        let schema = &document["components"]["schemas"][format!("dev.maquette.v1alpha1.{kind}")];
        assert!(
            schema["description"]
                .as_str()
                .is_some_and(|text| text.len() > 20),
            "{kind}: {schema}"
        );
        for part in ["spec", "status"] {
            assert!(
                schema["properties"][part]["properties"].is_object(),
                "{kind} has no {part}"
            );
        }
        silent(schema, &kind, &mut undescribed);
        kinds.push(kind);
    }
    assert_eq!(
        kinds,
        [
            "Plugin",
            "Provider",
            "Workspace",
            "Component",
            "DNSRecord",
            "Tunnel"
        ]
    );
    assert!(
        undescribed.is_empty(),
        "nothing is said of {undescribed:#?}"
    );
}

#[tokio::test]
async fn kubectl_explains_a_field_and_its_limits() {
    let shared = control_plane().await;
    let told = kubectl(
        shared.kubeconfig(),
        &["explain", "workspace.spec.networking.routes.host"],
    );
    assert!(told.contains("Omitted: `<workspace>.<zone>`"), "{told}");
    let told = kubectl(
        shared.kubeconfig(),
        &["explain", "mqws.spec.components.workload"],
    );
    assert_eq!(
        told.split("ENUM:")
            .nth(1)
            .unwrap()
            .split_whitespace()
            .take(3)
            .collect::<Vec<_>>(),
        ["Deployment", "StatefulSet", "Job"],
        "{told}"
    );
}

#[tokio::test]
async fn kinds_have_short_names_and_one_category() {
    let shared = control_plane().await;
    let mut told: Vec<String> = kubectl(
        shared.kubeconfig(),
        &["api-resources", "--categories=maquette", "--no-headers"],
    )
    .lines()
    .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
    .collect();
    told.sort();
    assert_eq!(
        told,
        [
            "components mqcomp maquette.dev/v1alpha1 true Component",
            "dnsrecords mqdns maquette.dev/v1alpha1 true DNSRecord",
            "plugins mqplugin maquette.dev/v1alpha1 false Plugin",
            "providers mqprov maquette.dev/v1alpha1 false Provider",
            "tunnels mqtun maquette.dev/v1alpha1 true Tunnel",
            "workspaces mqws maquette.dev/v1alpha1 true Workspace",
        ]
    );
}

#[tokio::test]
async fn columns_tell_whether_it_is_up_and_where() {
    let shared = control_plane().await;
    let client = shared.client().await.unwrap();
    let workspaces = api(&client, "Workspace").await.unwrap();
    let workspace = json!({
        "apiVersion": "maquette.dev/v1alpha1", "kind": "Workspace", "metadata": {"name": "columns"},
        "spec": {"components": [{"name": "web", "template": {"containers": [{"name": "web", "image": "web"}]}}]},
    });
    workspaces
        .create(
            &PostParams::default(),
            &serde_json::from_value(workspace).unwrap(),
        )
        .await
        .unwrap();
    let ready = json!({
        "type": "Ready", "status": "False", "reason": "ImagePullFailed", "message": "it cannot",
        "lastTransitionTime": "2026-01-01T00:00:00Z",
    });
    let status = json!({"status": {"phase": "Deploying", "url": "http://columns.preview.test", "ready": "0/1", "conditions": [ready]}});
    workspaces
        .patch_status("columns", &PatchParams::default(), &Patch::Merge(status))
        .await
        .unwrap();

    let told = kubectl(shared.kubeconfig(), &["get", "mqws", "columns"]);

    let words: Vec<Vec<&str>> = told
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(
        words[0],
        ["NAME", "PHASE", "URL", "READY", "REASON", "AGE"],
        "{told}"
    );
    assert_eq!(
        words[1][..5],
        [
            "columns",
            "Deploying",
            "http://columns.preview.test",
            "0/1",
            "ImagePullFailed"
        ],
        "{told}"
    );
    // The category lists every kind that has objects.
    let told = kubectl(shared.kubeconfig(), &["get", "maquette", "--output=name"]);
    assert!(
        told.lines()
            .any(|line| line == "workspace.maquette.dev/columns"),
        "{told}"
    );
    for (kind, columns) in [
        (
            "plugins",
            "NAME READY VERSION PENDING INTERFACES REASON AGE",
        ),
        ("providers", "NAME PLUGIN READY ZONES REASON AGE"),
        ("components", "NAME WORKLOAD READY REASON AGE"),
        ("dnsrecords", "NAME DOMAIN TYPE VALUES READY REASON AGE"),
        ("tunnels", "NAME PROVIDER HOSTS TARGET READY REASON AGE"),
    ] {
        let table = client.request::<Value>(
            http::Request::get(format!("/apis/maquette.dev/v1alpha1/{kind}"))
                .header("accept", "application/json;as=Table;v=v1;g=meta.k8s.io")
                .body(Vec::new())
                .unwrap(),
        );
        let table = table.await.unwrap();
        let names: Vec<String> = table["columnDefinitions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|column| column["name"].as_str().unwrap().to_uppercase())
            .collect();
        assert_eq!(names.join(" "), columns, "{kind}");
    }
}
