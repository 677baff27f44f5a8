//! The workspaces and records that are measured with. Their pods never run: kwok only reports that they run.

use anyhow::{Context, Result};
use futures::{StreamExt as _, TryStreamExt as _};
use k8s_openapi::api::core::v1::Namespace;
use kube::api::{DeleteParams, PostParams};
use kube::{Api, Client, Resource};
use maquette_api::{DNSRecord, Workspace};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::field::{PROVIDER, ZONE};

/// Requests of the benchmark at one time when it makes many objects.
const AT_ONCE: usize = 32;

/// The components of a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// One.
    One(Reach),
    /// Three with a route and a record.
    Three,
}

impl Shape {
    /// A workspace of this name.
    pub(super) fn named(self, name: &str) -> Result<Workspace> {
        match self {
            Self::One(reach) => one(name, reach),
            Self::Three => three(name),
        }
    }
}

/// The way to a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// Nothing.
    Nowhere,
    /// A route and a record.
    ByName,
}

/// A workspace of one component.
fn one(name: &str, reach: Reach) -> Result<Workspace> {
    workspace(name, reach, &json!([web()]))
}

/// A workspace of three components, each waiting for the one before, as in examples/shop.
pub(super) fn three(name: &str) -> Result<Workspace> {
    let image = |name: &str| json!({"containers": [{"name": name, "image": format!("registry.test/{name}:1")}]});
    let mut store = image("redis");
    let job = {
        let mut template = image("migrate");
        merge(&mut template, "restartPolicy", json!("OnFailure"));
        template
    };
    merge(&mut store, "terminationGracePeriodSeconds", json!(1));
    let mut web = web();
    merge(
        &mut web,
        "dependsOn",
        json!([{"component": "migrate", "condition": "Completed"}]),
    );
    let components = json!([
        {"name": "redis", "workload": "StatefulSet", "template": store, "networks": [{"name": "tcp", "port": 6379}]},
        {"name": "migrate", "workload": "Job", "dependsOn": [{"component": "redis", "condition": "Ready"}], "template": job},
        web,
    ]);
    workspace(name, Reach::ByName, &components)
}

fn web() -> Value {
    json!({
        "name": "web",
        "template": {"containers": [{"name": "web", "image": "registry.test/web:1"}]},
        "networks": [{"name": "http", "port": 3000}],
    })
}

fn merge(object: &mut Value, field: &str, value: Value) {
    if let Some(fields) = object.as_object_mut() {
        fields.insert(field.to_owned(), value);
    }
}

fn workspace(name: &str, reach: Reach, components: &Value) -> Result<Workspace> {
    let mut spec = json!({"components": components});
    if reach == Reach::ByName {
        let networking = json!({
            "dns": {"provider": PROVIDER, "zone": ZONE},
            "gateway": {"name": "shared", "namespace": "infra"},
            "routes": [{"to": {"component": "web", "network": "http"}}],
        });
        merge(&mut spec, "networking", networking);
    }
    let workspace = json!({
        "apiVersion": "maquette.dev/v1alpha1", "kind": "Workspace",
        "metadata": {"name": name}, "spec": spec,
    });
    serde_json::from_value(workspace).context("the benchmark's workspace")
}

/// A record as a user writes it.
pub(super) fn record(name: &str) -> Result<DNSRecord> {
    let record = json!({
        "apiVersion": "maquette.dev/v1alpha1", "kind": "DNSRecord",
        "metadata": {"name": name},
        "spec": {"provider": PROVIDER, "zone": ZONE, "name": format!("{name}.{ZONE}"), "type": "A", "values": ["198.18.0.1"]},
    });
    serde_json::from_value(record).context("the benchmark's record")
}

/// A namespace of its own; it may exist.
pub(super) async fn namespace(client: &Client, name: &str) -> Result<()> {
    let namespace: Namespace = serde_json::from_value(json!({"metadata": {"name": name}}))?;
    match Api::all(client.clone())
        .create(&PostParams::default(), &namespace)
        .await
    {
        Err(kube::Error::Api(status)) if status.code == 409 => Ok(()),
        other => other.map(drop).context("making a namespace"),
    }
}

/// Creates all of them, many at a time.
pub(super) async fn create<K>(api: &Api<K>, objects: Vec<K>) -> Result<()>
where
    K: Resource + Clone + DeserializeOwned + Serialize + std::fmt::Debug,
{
    futures::stream::iter(objects)
        .map(|object| async move { api.create(&PostParams::default(), &object).await })
        .buffer_unordered(AT_ONCE)
        .try_for_each(|_| async { Ok(()) })
        .await
        .context("creating the objects to measure with")
}

/// Deletes all of them, many at a time.
pub(super) async fn delete_all<K>(api: &Api<K>, names: Vec<String>) -> Result<()>
where
    K: Resource + Clone + DeserializeOwned + std::fmt::Debug,
{
    futures::stream::iter(names)
        .map(|name| async move { delete(api, &name).await })
        .buffer_unordered(AT_ONCE)
        .try_for_each(|()| async { Ok(()) })
        .await
}

/// Deletes one.
pub(super) async fn delete<K>(api: &Api<K>, name: &str) -> Result<()>
where
    K: Resource + Clone + DeserializeOwned + std::fmt::Debug,
{
    api.delete(name, &DeleteParams::default())
        .await
        .map(drop)
        .with_context(|| format!("deleting {name}"))
}
