//! Which manifests the API server accepts and refuses, and what it tells about the kinds. One control plane serves all.

mod components;
mod defaults;
mod examples;
mod explain;
mod plugins;
mod providers;
mod records;
mod tunnels;
mod workspaces;

use std::sync::{Arc, Weak};
use std::time::Duration;

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::api::PostParams;
use kube::core::{DynamicObject, GroupVersionKind};
use kube::{Api, Client, discovery};
use maquette_harness::{ControlPlane, wait_for};
use serde_json::{Value, json};
use tokio::sync::Mutex;

static SHARED: Mutex<Weak<ControlPlane>> = Mutex::const_new(Weak::new());

/// A control plane with every kind. The last test that has it ends it.
pub(super) async fn control_plane() -> Arc<ControlPlane> {
    let mut shared = SHARED.lock().await;
    if let Some(running) = shared.upgrade() {
        return running;
    }
    let started = ControlPlane::start().await.unwrap();
    install(&started.client().await.unwrap()).await;
    let started = Arc::new(started);
    *shared = Arc::downgrade(&started);
    started
}

async fn install(client: &Client) {
    let definitions = Api::<CustomResourceDefinition>::all(client.clone());
    for definition in maquette_api::crds() {
        definitions
            .create(&PostParams::default(), &definition)
            .await
            .unwrap();
    }
    wait_for("every kind", Duration::from_secs(30), async || {
        // What kubectl explains is published a moment after the kinds are served.
        let document =
            http::Request::get("/openapi/v3/apis/maquette.dev/v1alpha1").body(Vec::new());
        let document: Value = client
            .request(document.unwrap())
            .await
            .map_err(|error| error.to_string())?;
        for definition in maquette_api::crds() {
            let kind = &definition.spec.names.kind;
            api(client, kind).await?;
            if document["components"]["schemas"]
                .get(format!("dev.maquette.v1alpha1.{kind}"))
                .is_none()
            {
                return Err(format!("{kind} is not published"));
            }
        }
        Ok::<_, String>(())
    })
    .await
    .unwrap();
}

/// All objects of a kind; namespaced ones in `default`.
async fn api(client: &Client, kind: &str) -> Result<Api<DynamicObject>, String> {
    let kind = GroupVersionKind::gvk("maquette.dev", "v1alpha1", kind);
    let (resource, capabilities) = discovery::pinned_kind(client, &kind)
        .await
        .map_err(|error| error.to_string())?;
    Ok(match capabilities.scope {
        discovery::Scope::Cluster => Api::all_with(client.clone(), &resource),
        discovery::Scope::Namespaced => Api::namespaced_with(client.clone(), "default", &resource),
    })
}

/// A manifest.
struct Manifest {
    kind: &'static str,
    name: String,
    spec: Value,
}

fn manifest(kind: &'static str, name: &str, spec: Value) -> Manifest {
    Manifest {
        kind,
        name: name.to_owned(),
        spec,
    }
}

/// A manifest that is refused, where, and a part of what is said.
struct Refused(&'static str, Manifest, &'static str, &'static str);

/// Asks the API server to create it, without creating it.
async fn create(client: &Client, manifest: &Manifest) -> Result<DynamicObject, kube::core::Status> {
    let object = json!({
        "apiVersion": "maquette.dev/v1alpha1",
        "kind": manifest.kind,
        "metadata": {"name": manifest.name},
        "spec": manifest.spec,
    });
    create_object(client, manifest.kind, object).await
}

/// The same with a whole object.
async fn create_object(
    client: &Client,
    kind: &str,
    object: Value,
) -> Result<DynamicObject, kube::core::Status> {
    let object = serde_json::from_value(object).unwrap();
    let params = PostParams {
        dry_run: true,
        ..PostParams::default()
    };
    match api(client, kind)
        .await
        .unwrap()
        .create(&params, &object)
        .await
    {
        Ok(created) => Ok(created),
        Err(kube::Error::Api(status)) => Err(*status),
        Err(other) => panic!("{other}"),
    }
}

/// Every row is refused at its field and with its words. All rows are looked at before the first failure is told.
async fn assert_refused(rows: Vec<Refused>) {
    let shared = control_plane().await;
    let client = shared.client().await.unwrap();
    let mut wrong = Vec::new();
    for Refused(what, manifest, field, words) in rows {
        let causes = match create(&client, &manifest).await {
            Ok(_) => {
                wrong.push(format!("{what}: is accepted"));
                continue;
            }
            Err(status) => status
                .details
                .map(|details| details.causes)
                .unwrap_or_default(),
        };
        let told = causes
            .iter()
            .any(|cause| cause.field == field && cause.message.contains(words));
        if !told {
            let told: Vec<String> = causes
                .iter()
                .map(|cause| format!("{}: {}", cause.field, cause.message))
                .collect();
            wrong.push(format!(
                "{what}: expected {field}: …{words}…, was told {told:#?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

async fn assert_accepted(rows: Vec<(&'static str, Manifest)>) {
    let shared = control_plane().await;
    let client = shared.client().await.unwrap();
    let mut wrong = Vec::new();
    for (what, manifest) in rows {
        if let Err(status) = create(&client, &manifest).await {
            wrong.push(format!("{what}: {}", status.message));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A value with one member replaced, added or, with `null`, removed; `at` is a JSON pointer.
fn with(mut value: Value, at: &str, new: Value) -> Value {
    let (parent, member) = at.rsplit_once('/').unwrap();
    let parent = value
        .pointer_mut(parent)
        .unwrap_or_else(|| panic!("no {parent}"));
    match parent {
        Value::Array(items) => items[member.parse::<usize>().unwrap()] = new,
        Value::Object(members) if new.is_null() => drop(members.remove(member)),
        Value::Object(members) => drop(members.insert(member.to_owned(), new)),
        _ => panic!("{at} is in no object"),
    }
    value
}
