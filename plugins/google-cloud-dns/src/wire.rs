//! The API's JSON, as far as it is used (discovery document `dns:v1`).

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Answer of `managedZones.list`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ZonePage {
    #[serde(default)]
    pub(crate) managed_zones: Vec<ManagedZone>,
    #[serde(default)]
    pub(crate) next_page_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ManagedZone {
    /// The name that the zone's user gave it.
    pub(crate) name: String,
    pub(crate) dns_name: String,
    /// `public` or `private`; absent is public.
    #[serde(default)]
    pub(crate) visibility: Option<String>,
    /// With one of these four the zone's content comes from elsewhere.
    #[serde(default)]
    forwarding_config: Option<IgnoredAny>,
    #[serde(default)]
    peering_config: Option<IgnoredAny>,
    #[serde(default)]
    reverse_lookup_config: Option<IgnoredAny>,
    #[serde(default)]
    service_directory_config: Option<IgnoredAny>,
}

impl ManagedZone {
    /// Whether it holds record sets of its own.
    pub(crate) fn is_changeable(&self) -> bool {
        self.forwarding_config.is_none()
            && self.peering_config.is_none()
            && self.reverse_lookup_config.is_none()
            && self.service_directory_config.is_none()
    }

    pub(crate) fn is_private(&self) -> bool {
        self.visibility.as_deref() == Some("private")
    }
}

/// Answer of `resourceRecordSets.list`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RrSetPage {
    #[serde(default)]
    pub(crate) rrsets: Vec<RrSet>,
    #[serde(default)]
    pub(crate) next_page_token: Option<String>,
}

/// A record set as Cloud DNS keeps it, whole enough to be named in a deletion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RrSet {
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ttl: Option<u32>,
    #[serde(default)]
    pub(crate) rrdatas: Vec<String>,
    /// Weights, places and the like, in place of `rrdatas`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) routing_policy: Option<Value>,
}

/// Body of `changes.create`.
#[derive(Debug, Serialize)]
pub(crate) struct Change<'a> {
    pub(crate) additions: Vec<&'a RrSet>,
    pub(crate) deletions: Vec<&'a RrSet>,
}

/// Body of a failing answer.
#[derive(Debug, Deserialize)]
pub(crate) struct ErrorBody {
    pub(crate) error: ErrorDetail,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ErrorDetail {
    #[serde(default)]
    pub(crate) message: String,
    #[serde(default)]
    pub(crate) errors: Vec<Complaint>,
}

/// One thing that is wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Complaint {
    #[serde(default)]
    pub(crate) reason: String,
    #[serde(default)]
    pub(crate) message: String,
}
