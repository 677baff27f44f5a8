//! What a workspace needs to know of a Gateway; the rest, such as the number of attached routes, is not kept in memory.

use super::{kept::Kept, kind::Kind, store::Stored};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::{Api, Client, core::DynamicObject};
use serde_json::Value;

/// What a workspace needs to know of a Gateway (Gateway API, `gateway.networking.k8s.io/v1`).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GatewaySummary {
    /// Name, namespace, UID, labels and annotations.
    pub metadata: ObjectMeta,
    /// Whether the condition `Programmed` is True.
    pub programmed: bool,
    /// Message of the condition `Programmed`; `None` before a controller has accepted the Gateway.
    pub message: Option<String>,
    /// Addresses: type (`IPAddress` or `Hostname`) and value.
    pub addresses: Vec<(String, String)>,
    /// Listeners.
    pub listeners: Vec<Listener>,
}

/// A listener of a Gateway.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listener {
    /// Name within the Gateway.
    pub name: String,
    /// For example `HTTP`, `HTTPS` or `TLS`.
    pub protocol: String,
    /// Port.
    pub port: u16,
    /// The hosts that it serves, possibly with a wildcard; `None` for all.
    pub hostname: Option<String>,
}

impl Stored for GatewaySummary {
    fn metadata(&self) -> &ObjectMeta {
        &self.metadata
    }
}

impl From<DynamicObject> for GatewaySummary {
    fn from(object: DynamicObject) -> Self {
        let list = |pointer: &str| {
            let found = object.data.pointer(pointer).and_then(Value::as_array);
            found.cloned().unwrap_or_default()
        };
        let text = |value: &Value, field: &str| {
            value.get(field).and_then(Value::as_str).map(str::to_owned)
        };
        let conditions = list("/status/conditions");
        let programmed = conditions
            .iter()
            .find(|condition| text(condition, "type").as_deref() == Some("Programmed"));
        let addresses = list("/status/addresses")
            .iter()
            .filter_map(|address| {
                let kind = text(address, "type").unwrap_or_else(|| "IPAddress".to_owned());
                Some((kind, text(address, "value")?))
            })
            .collect();
        let listeners = list("/spec/listeners")
            .iter()
            .filter_map(|listener| {
                Some(Listener {
                    name: text(listener, "name")?,
                    protocol: text(listener, "protocol")?,
                    port: u16::try_from(listener.get("port")?.as_u64()?).ok()?,
                    hostname: text(listener, "hostname"),
                })
            })
            .collect();
        let meta = object.metadata;
        Self {
            programmed: programmed.and_then(|c| text(c, "status")).as_deref() == Some("True"),
            message: programmed.and_then(|c| text(c, "message")),
            addresses,
            listeners,
            metadata: ObjectMeta {
                name: meta.name,
                namespace: meta.namespace,
                uid: meta.uid,
                resource_version: meta.resource_version,
                labels: meta.labels,
                annotations: meta.annotations,
                deletion_timestamp: meta.deletion_timestamp,
                ..ObjectMeta::default()
            },
        }
    }
}

impl Kept for GatewaySummary {
    type Served = DynamicObject;

    fn api(client: Client, kind: Kind, _: &str) -> Api<DynamicObject> {
        Api::all_with(client, &kind.api_resource())
    }

    fn keep(served: DynamicObject) -> Self {
        served.into()
    }

    fn parse(answer: DynamicObject) -> Option<Self> {
        Some(answer.into())
    }

    fn live(&self) -> Option<Value> {
        None
    }

    fn is_news(&self, new: &Self) -> bool {
        let unversioned = |gateway: &Self| {
            let mut gateway = gateway.clone();
            gateway.metadata.resource_version = None;
            gateway
        };
        unversioned(self) != unversioned(new)
    }
}
