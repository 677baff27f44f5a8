//! A pod template as the user wrote it.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// A `PodSpec` kept as written, with optional `metadata` for the pods, so that every field of the cluster's version works.
/// The API server itself validates it when the workload is applied.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Template(pub Map<String, Value>);

impl Template {
    /// Annotations for the pods, under `metadata.annotations`.
    pub fn metadata(&self) -> Option<&Map<String, Value>> {
        self.0.get("metadata").and_then(Value::as_object)
    }

    /// The fields of the `PodSpec`, without `metadata`.
    pub fn pod_spec(&self) -> Map<String, Value> {
        let mut spec = self.0.clone();
        spec.remove("metadata");
        spec
    }

    /// The containers, in order.
    pub fn containers(&self) -> impl Iterator<Item = &Map<String, Value>> {
        self.list("containers")
    }

    /// Init containers that keep running beside the containers: those with `restartPolicy: Always`.
    pub fn sidecars(&self) -> impl Iterator<Item = &Map<String, Value>> {
        self.list("initContainers").filter(|container| {
            container.get("restartPolicy").and_then(Value::as_str) == Some("Always")
        })
    }

    fn list(&self, field: &str) -> impl Iterator<Item = &Map<String, Value>> {
        self.0
            .get(field)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_object)
    }
}

impl JsonSchema for Template {
    fn schema_name() -> Cow<'static, str> {
        "Template".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "x-kubernetes-preserve-unknown-fields": true,
            "required": ["containers"],
            "properties": {
                "containers": {
                    "description": "Containers of the pod, as in a PodSpec.",
                    "type": "array",
                    "minItems": 1,
                    "maxItems": 32,
                    "items": { "type": "object", "x-kubernetes-preserve-unknown-fields": true },
                },
            },
        })
    }
}
