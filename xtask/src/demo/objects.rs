//! Objects of any kind, read from manifests and applied as a user would with `kubectl apply --server-side`.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use kube::api::{Api, ApiResource, DynamicObject, Patch, PatchParams};
use kube::core::GroupVersionKind;
use kube::discovery::{Scope, pinned_kind};
use kube::{Client, ResourceExt as _};

/// Field manager of what the demo applies.
const MANAGER: &str = "demo";

/// The documents of a manifest.
pub(crate) fn read(path: &Path) -> Result<Vec<DynamicObject>> {
    let text = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    serde_saphyr::from_multiple(&text).with_context(|| format!("reading {}", path.display()))
}

/// Makes the object as it is given here.
pub(crate) async fn apply(client: &Client, object: &DynamicObject) -> Result<()> {
    let name = describe(object);
    let api = api_of(client, object).await?;
    let params = PatchParams::apply(MANAGER).force();
    api.patch(&object.name_any(), &params, &Patch::Apply(object))
        .await
        .with_context(|| format!("applying {name}"))?;
    Ok(())
}

/// `Kind/name`, with the namespace where it has one.
pub(crate) fn describe(object: &DynamicObject) -> String {
    let kind = object
        .types
        .as_ref()
        .map_or("object", |types| types.kind.as_str());
    match object.namespace() {
        Some(namespace) => format!("{kind}/{namespace}/{}", object.name_any()),
        None => format!("{kind}/{}", object.name_any()),
    }
}

async fn api_of(client: &Client, object: &DynamicObject) -> Result<Api<DynamicObject>> {
    let types = object
        .types
        .as_ref()
        .context("an object without apiVersion and kind")?;
    let kind = GroupVersionKind::try_from(types)?;
    let (resource, capabilities) = pinned_kind(client, &kind).await.with_context(|| {
        format!(
            "the cluster does not know {} {}",
            types.api_version, types.kind
        )
    })?;
    Ok(match (capabilities.scope, object.namespace()) {
        (Scope::Namespaced, Some(namespace)) => {
            Api::namespaced_with(client.clone(), &namespace, &resource)
        }
        (Scope::Namespaced, None) => Api::default_namespaced_with(client.clone(), &resource),
        (Scope::Cluster, _) => Api::all_with(client.clone(), &resource),
    })
}

/// A namespaced kind that may be absent from the cluster.
pub(crate) async fn resource(
    client: &Client,
    group: &str,
    version: &str,
    kind: &str,
) -> Option<ApiResource> {
    let kind = GroupVersionKind::gvk(group, version, kind);
    pinned_kind(client, &kind)
        .await
        .ok()
        .map(|(resource, _)| resource)
}
