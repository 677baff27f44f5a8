//! Components: Jobs that run once, StatefulSets that are corrected, Deployments that are scaled, and pods at the end.

use kube::api::{Patch, PatchParams};
use serde_json::{Value, json};

use super::support::objects::MAQUETTE;
use super::support::operator;
use super::support::scene::{NAMESPACE, Scene};
use super::workspaces::{one, routed};

const APPS: &str = "apps/v1";
const BATCH: &str = "batch/v1";

fn workspace(components: &Value) -> Value {
    json!({"apiVersion": MAQUETTE, "kind": "Workspace", "metadata": {"name": "shop", "namespace": NAMESPACE},
        "spec": {"components": components}})
}

/// A Job, and a web service beside it.
fn migrated(job: &str, web: &str) -> Value {
    workspace(&json!([
        {"name": "migrate", "workload": "Job", "template": {"containers": [{"name": "m", "image": job}]}},
        {"name": "web", "template": {"containers": [{"name": "web", "image": web}]}},
    ]))
}

async fn patch(scene: &Scene, version: &str, kind: &str, name: &str, patch: Value) {
    let api = scene.objects.of(version, kind, NAMESPACE);
    let (parameters, patch) = (PatchParams::default(), Patch::Merge(patch));
    api.patch(name, &parameters, &patch).await.unwrap();
}

async fn get(scene: &Scene, version: &str, kind: &str, name: &str) -> Value {
    let found = scene.objects.get(version, kind, NAMESPACE, name).await;
    found.unwrap_or_default()
}

/// Waits until the field of the object has the value.
async fn has(scene: &Scene, kind: (&str, &str), name: &str, pointer: &str, wanted: &Value) {
    let what = format!("{pointer} of {} {name} to be {wanted}", kind.1);
    let look = async || {
        let object = get(scene, kind.0, kind.1, name).await;
        let found = object.pointer(pointer).cloned().unwrap_or_default();
        (found == *wanted)
            .then_some(())
            .ok_or_else(|| found.to_string())
    };
    scene.until(&what, look).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_runs_once_until_its_user_changes_it() {
    let scene = Scene::start().await;
    let deployment = (APPS, "Deployment");
    scene.objects.apply(migrated("m:1", "web:1")).await;
    scene.wait_ready("Workspace", "shop").await;
    let uid = async || get(&scene, BATCH, "Job", "shop-migrate").await["metadata"]["uid"].clone();
    let first = uid().await;
    assert!(first.is_string(), "{first}");

    // The namespace gets another standard, and the Component an annotation.
    let labels = json!({"team": "a", "pod-security.kubernetes.io/enforce": "restricted"});
    scene.objects.namespace(NAMESPACE, labels).await;
    let look = json!({"metadata": {"annotations": {"look": "1"}, "labels": {"team": "a"}}});
    patch(&scene, MAQUETTE, "Component", "shop-migrate", look).await;
    let non_root = "/spec/template/spec/securityContext/runAsNonRoot";
    has(&scene, deployment, "shop-web", non_root, &json!(true)).await;
    scene.wait_ready("Workspace", "shop").await;
    assert_eq!(uid().await, first);

    // A cleaner deletes the Job. A later change was made when the operator has had time to create it again.
    scene
        .objects
        .delete(BATCH, "Job", NAMESPACE, "shop-migrate")
        .await;
    let image = "/spec/template/spec/containers/0/image";
    scene.objects.apply(migrated("m:1", "web:2")).await;
    has(&scene, deployment, "shop-web", image, &json!("web:2")).await;
    scene.wait_ready("Workspace", "shop").await;
    assert_eq!(uid().await, Value::Null);

    scene.objects.apply(migrated("m:2", "web:2")).await;
    has(&scene, (BATCH, "Job"), "shop-migrate", image, &json!("m:2")).await;
    scene.wait_ready("Workspace", "shop").await;
    scene
        .objects
        .namespace(NAMESPACE, json!({"team": "a"}))
        .await;
    scene.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stateful_set_whose_pods_could_not_start_heals_when_it_is_corrected() {
    let scene = Scene::start().await;
    let database = |selector: Value| {
        workspace(
            &json!([{"name": "db", "workload": "StatefulSet", "replicas": 2, "template": {
                "nodeSelector": selector, "containers": [{"name": "db", "image": "db:1"}],
            }}]),
        )
    };
    scene.objects.apply(database(json!({"no": "node"}))).await;
    let message = scene
        .wait_reason("Workspace", "shop", "Unschedulable")
        .await;
    assert!(
        message.contains("cannot be scheduled (Unschedulable)"),
        "{message}"
    );
    scene.objects.apply(database(json!({}))).await;
    scene.wait_ready("Workspace", "shop").await;
    let service = get(&scene, "v1", "Service", "shop-db-headless").await;
    assert_eq!(service["spec"]["clusterIP"], "None");
    scene.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deployment_keeps_its_scale_and_gets_its_label_back_and_another_strategy() {
    let scene = Scene::start().await;
    let deployment = (APPS, "Deployment");
    scene.objects.apply(one("shop")).await;
    scene.wait_ready("Workspace", "shop").await;
    patch(
        &scene,
        APPS,
        "Deployment",
        "shop-web",
        json!({"spec": {"replicas": 3}}),
    )
    .await;
    let label = "app.kubernetes.io/managed-by";
    let without = json!({"metadata": {"labels": {label: null}}});
    patch(&scene, APPS, "Deployment", "shop-web", without).await;
    let pointer = "/metadata/labels/app.kubernetes.io~1managed-by";
    has(&scene, deployment, "shop-web", pointer, &json!("maquette")).await;

    for (strategy, wanted) in [
        (json!("Recreate"), "Recreate"),
        (Value::Null, "RollingUpdate"),
    ] {
        let mut workspace = one("shop");
        if strategy.is_string() {
            workspace["spec"]["components"][0]["strategy"] = strategy;
        }
        scene.objects.apply(workspace).await;
        let pointer = "/spec/strategy/type";
        has(&scene, deployment, "shop-web", pointer, &json!(wanted)).await;
        scene.wait_ready("Workspace", "shop").await;
    }
    let found = get(&scene, APPS, "Deployment", "shop-web").await;
    assert_eq!(found["spec"]["replicas"], 3);
    scene.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_workspace_is_gone_after_its_last_pod_also_without_the_label_of_its_deployment() {
    let scene = Scene::start().await;
    // No kubelet ends a pod of a node that does not exist: it stays until it is deleted by force.
    let mut shop = one("shop");
    shop["spec"]["components"][0]["template"]["nodeName"] = json!("nowhere");
    scene.objects.apply(shop).await;
    let pod = scene
        .until("the pod to exist", async || {
            let pods = scene.objects.list("v1", "Pod", NAMESPACE).await?;
            let name = pods
                .first()
                .and_then(|pod| pod["metadata"]["name"].as_str());
            name.map(str::to_owned).ok_or("there is none".to_owned())
        })
        .await;
    operator::terminate(&scene.operator.lock().unwrap());
    let without = json!({"metadata": {"labels": {"app.kubernetes.io/managed-by": null}}});
    patch(&scene, APPS, "Deployment", "shop-web", without).await;
    scene.delete("Workspace", "shop").await;
    scene.start_again();

    scene
        .until("the Component to wait for its pod", async || {
            let (_, reason, message) = scene.ready("Component", "shop-web").await?;
            let waits = reason == "Terminating" && message.contains(&pod);
            let deployment = get(&scene, APPS, "Deployment", "shop-web").await;
            let is_deleted = deployment["metadata"]["deletionTimestamp"].is_string();
            (waits && is_deleted)
                .then_some(())
                .ok_or_else(|| format!("{reason}: {message}"))
        })
        .await;
    assert!(get(&scene, MAQUETTE, "Workspace", "shop").await.is_object());
    let by_force = ["delete", "pod", &pod, "--namespace", NAMESPACE, "--force"];
    scene.world.kubectl(&by_force);
    scene.wait_nothing().await;
    scene.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_component_waits_for_another_workspace_and_is_given_its_address() {
    let scene = Scene::start().await;
    let env = json!([{"name": "API", "value": "${outputs::Workspace.shared.url}/v1"}]);
    let client = json!([{"name": "web", "dependsOn": [{"kind": "DNSRecord", "name": "docs"}],
        "template": {"containers": [{"name": "web", "image": "web:1", "env": env}]}}]);
    scene.objects.apply(workspace(&client)).await;
    let summary = "/status/components/0/message";
    let waits =
        "waits for DNSRecord docs, which does not exist and Workspace shared, which does not exist";
    let shop = (MAQUETTE, "Workspace");
    has(&scene, shop, "shop", summary, &json!(waits)).await;

    scene
        .objects
        .apply(routed("shared", "shared.preview.test"))
        .await;
    scene.wait_ready("Workspace", "shared").await;
    let waits = "waits for DNSRecord docs, which does not exist";
    has(&scene, shop, "shop", summary, &json!(waits)).await;

    let record = json!({"apiVersion": MAQUETTE, "kind": "DNSRecord", "metadata": {"name": "docs", "namespace": NAMESPACE},
        "spec": {"provider": "corp-dns", "name": "docs.preview.test", "type": "A", "values": ["192.0.2.1"]}});
    scene.objects.apply(record).await;
    scene.wait_ready("Workspace", "shop").await;
    let url =
        get(&scene, MAQUETTE, "Workspace", "shared").await["status"]["outputs"]["url"].clone();
    let value = "/spec/template/spec/containers/0/env/0/value";
    let deployment = get(&scene, APPS, "Deployment", "shop-web").await;
    let given = deployment.pointer(value).and_then(Value::as_str);
    assert_eq!(
        given,
        Some(format!("{}/v1", url.as_str().unwrap()).as_str())
    );
    scene.finish().await;
}
