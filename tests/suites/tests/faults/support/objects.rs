//! Objects of any kind, written past the operator as a user would.

use kube::api::{DeleteParams, ListParams, Patch, PatchParams};
use kube::core::{ApiResource, DynamicObject, GroupVersionKind};
use kube::{Api, Client};
use serde_json::{Value, json};

pub(crate) const MAQUETTE: &str = "maquette.dev/v1alpha1";
const CLUSTER: [&str; 3] = ["Plugin", "Provider", "Namespace"];

#[derive(Clone)]
pub(crate) struct Objects(pub(crate) Client);

impl Objects {
    /// Objects of a kind. `namespace` is ignored where the kind has none.
    pub(crate) fn of(&self, version: &str, kind: &str, namespace: &str) -> Api<DynamicObject> {
        let (group, version) = version.rsplit_once('/').unwrap_or(("", version));
        let kind = GroupVersionKind::gvk(group, version, kind);
        let plural = format!("{}s", kind.kind.to_lowercase());
        let resource = ApiResource::from_gvk_with_plural(&kind, &plural);
        if CLUSTER.contains(&kind.kind.as_str()) {
            Api::all_with(self.0.clone(), &resource)
        } else {
            Api::namespaced_with(self.0.clone(), namespace, &resource)
        }
    }

    /// Applies a manifest as `kubectl apply` does.
    pub(crate) async fn apply(&self, manifest: Value) -> DynamicObject {
        let text = |pointer: &str| {
            manifest
                .pointer(pointer)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let api = self.of(
            text("/apiVersion"),
            text("/kind"),
            text("/metadata/namespace"),
        );
        let parameters = PatchParams::apply("test").force();
        api.patch(
            text("/metadata/name"),
            &parameters,
            &Patch::Apply(&manifest),
        )
        .await
        .unwrap()
    }

    pub(crate) async fn namespace(&self, name: &str, labels: Value) {
        self.apply(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})).await;
    }

    /// Asks for the deletion of an object, which may be gone.
    pub(crate) async fn delete(&self, version: &str, kind: &str, namespace: &str, name: &str) {
        match self
            .of(version, kind, namespace)
            .delete(name, &DeleteParams::default())
            .await
        {
            Err(kube::Error::Api(status)) if status.code == 404 => {}
            other => drop(other.unwrap()),
        }
    }

    pub(crate) async fn get(
        &self,
        version: &str,
        kind: &str,
        namespace: &str,
        name: &str,
    ) -> Option<Value> {
        let found = self
            .of(version, kind, namespace)
            .get_opt(name)
            .await
            .unwrap();
        found.map(|object| serde_json::to_value(object).unwrap())
    }

    pub(crate) async fn list(
        &self,
        version: &str,
        kind: &str,
        namespace: &str,
    ) -> Result<Vec<Value>, String> {
        let list = self
            .of(version, kind, namespace)
            .list(&ListParams::default())
            .await;
        let list = list.map_err(|error| error.to_string())?;
        Ok(list
            .items
            .into_iter()
            .map(|object| serde_json::to_value(object).unwrap())
            .collect())
    }
}

/// Status, reason and message of a condition, where it speaks of the object's generation.
pub(crate) fn condition(object: &Value, kind: &str) -> Option<(String, String, String)> {
    if object["status"]["observedGeneration"] != object["metadata"]["generation"] {
        return None;
    }
    let conditions = object["status"]["conditions"].as_array()?;
    let found = conditions
        .iter()
        .find(|condition| condition["type"] == kind)?;
    let text = |field: &str| found[field].as_str().unwrap_or_default().to_owned();
    Some((text("status"), text("reason"), text("message")))
}
