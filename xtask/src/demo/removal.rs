//! What a workspace made and that all of it goes.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use futures::future::try_join_all;
use kube::api::{Api, ApiResource, DeleteParams, DynamicObject, ListParams};
use kube::{Client, ResourceExt as _};
use maquette_api::Workspace;
use maquette_harness::wait_for;

use super::objects::resource;
use maquette_harness::progress::Progress;

/// Every kind that a workspace may leave behind in its namespace. Listed without a label selector, so that
/// something that lost its labels is seen too.
const KINDS: &[(&str, &str, &str)] = &[
    ("maquette.dev", "v1alpha1", "Workspace"),
    ("maquette.dev", "v1alpha1", "DNSRecord"),
    ("gateway.networking.k8s.io", "v1", "HTTPRoute"),
    ("maquette.dev", "v1alpha1", "Component"),
    ("apps", "v1", "Deployment"),
    ("apps", "v1", "StatefulSet"),
    ("apps", "v1", "ReplicaSet"),
    ("apps", "v1", "ControllerRevision"),
    ("batch", "v1", "Job"),
    ("", "v1", "Service"),
    ("", "v1", "Pod"),
    ("", "v1", "Secret"),
    ("", "v1", "PersistentVolumeClaim"),
];

/// How long a teardown may take.
const WITHIN: Duration = Duration::from_mins(3);

/// The kinds of one cluster, asked once.
pub(crate) struct Inventory {
    client: Client,
    namespace: String,
    kinds: Vec<ApiResource>,
}

impl Inventory {
    pub(crate) async fn new(client: &Client, namespace: &str) -> Self {
        let mut kinds = Vec::new();
        for (group, version, kind) in KINDS {
            kinds.extend(resource(client, group, version, kind).await);
        }
        Self {
            client: client.clone(),
            namespace: namespace.to_owned(),
            kinds,
        }
    }

    /// `Kind/name` of all there is.
    pub(crate) async fn take(&self) -> Result<BTreeSet<String>> {
        let lists = self.kinds.iter().map(|kind| async move {
            let api: Api<DynamicObject> =
                Api::namespaced_with(self.client.clone(), &self.namespace, kind);
            let list = api
                .list(&ListParams::default())
                .await
                .with_context(|| format!("listing {}", kind.plural))?;
            let names = list
                .items
                .iter()
                .map(|object| format!("{}/{}", kind.kind, object.name_any()));
            anyhow::Ok(names.collect::<Vec<_>>())
        });
        Ok(try_join_all(lists).await?.into_iter().flatten().collect())
    }
}

/// Deletes the workspace, tells what goes when, and fails unless at its end nothing is left but what was there before it.
pub(crate) async fn remove(
    inventory: &Inventory,
    workspace: &str,
    before: &BTreeSet<String>,
    progress: &Progress,
) -> Result<BTreeSet<String>> {
    let api: Api<Workspace> = Api::namespaced(inventory.client.clone(), &inventory.namespace);
    let made: BTreeSet<String> = inventory
        .take()
        .await?
        .difference(before)
        .cloned()
        .collect();
    api.delete(workspace, &DeleteParams::default())
        .await
        .context("deleting the workspace")?;
    let mut left = made.clone();
    let itself = format!("Workspace/{workspace}");
    wait_for("the workspace to be gone", WITHIN, async || {
        let now: BTreeSet<String> = inventory.take().await?.difference(before).cloned().collect();
        for gone in left.difference(&now) {
            progress.say(format_args!("  gone: {gone}"));
        }
        left = now;
        if left.contains(&itself) {
            let left: Vec<&str> = left.iter().map(String::as_str).collect();
            bail!("left: {}", left.join(", "));
        }
        Ok(())
    })
    .await
    .with_context(|| {
        let namespace = &inventory.namespace;
        format!("`kubectl get workspace,dnsrecord,component -n {namespace} -o yaml` says in the conditions what it waits for")
    })?;
    if left.is_empty() {
        return Ok(made);
    }
    bail!(
        "the workspace is gone and left behind: {}",
        left.into_iter().collect::<Vec<_>>().join(", ")
    )
}
