//! The API's XML, as far as it is used, in the order that its schema prescribes
//! (<https://route53.amazonaws.com/doc/2013-04-01/>).

use serde::{Deserialize, Serialize};

/// Answer of `ListHostedZones`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ZoneList {
    #[serde(default)]
    pub(crate) hosted_zones: ZoneItems,
    #[serde(default)]
    pub(crate) next_marker: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct ZoneItems {
    #[serde(rename = "HostedZone", default)]
    pub(crate) items: Vec<ZoneItem>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ZoneItem {
    /// `/hostedzone/Z…`.
    pub(crate) id: String,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) config: ZoneConfig,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ZoneConfig {
    #[serde(default)]
    pub(crate) private_zone: bool,
}

/// Answer of `ListResourceRecordSets`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct RrSetList {
    #[serde(default)]
    pub(crate) resource_record_sets: RrSetItems,
    #[serde(default)]
    pub(crate) next_record_name: Option<String>,
    #[serde(default)]
    pub(crate) next_record_type: Option<String>,
    #[serde(default)]
    pub(crate) next_record_identifier: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct RrSetItems {
    #[serde(rename = "ResourceRecordSet", default)]
    pub(crate) items: Vec<RrSet>,
}

/// A record set as Route 53 keeps it, whole enough to be named in a `DELETE`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct RrSet {
    pub(crate) name: String,
    #[serde(rename = "Type")]
    pub(crate) kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) set_identifier: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) weight: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) region: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) failover: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) multi_value_answer: Option<bool>,
    #[serde(rename = "TTL", default, skip_serializing_if = "Option::is_none")]
    pub(crate) ttl: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) resource_records: Option<Records>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) alias_target: Option<AliasTarget>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) health_check_id: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Records {
    #[serde(rename = "ResourceRecord", default)]
    pub(crate) items: Vec<Record>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Record {
    pub(crate) value: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AliasTarget {
    pub(crate) hosted_zone_id: String,
    #[serde(rename = "DNSName")]
    pub(crate) dns_name: String,
    pub(crate) evaluate_target_health: bool,
}

/// Body of `ChangeResourceRecordSets`.
#[derive(Debug, Serialize)]
pub(crate) struct ChangeRequest<'a> {
    #[serde(rename = "@xmlns")]
    pub(crate) space: &'static str,
    #[serde(rename = "ChangeBatch")]
    pub(crate) batch: ChangeBatch<'a>,
}

#[derive(Debug, Serialize)]
pub(crate) struct ChangeBatch<'a> {
    #[serde(rename = "Changes")]
    pub(crate) changes: Changes<'a>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Changes<'a> {
    #[serde(rename = "Change")]
    pub(crate) items: Vec<ChangeItem<'a>>,
}

#[derive(Debug, Serialize)]
pub(crate) struct ChangeItem<'a> {
    #[serde(rename = "Action")]
    pub(crate) action: &'static str,
    #[serde(rename = "ResourceRecordSet")]
    pub(crate) set: &'a RrSet,
}

/// Body of most failing answers.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ErrorResponse {
    /// As Route 53 writes it.
    #[serde(default)]
    pub(crate) error: Option<ErrorBody>,
    /// As services in front of it and other implementations of the API write it.
    #[serde(default)]
    pub(crate) errors: Option<Errors>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Errors {
    pub(crate) error: ErrorBody,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ErrorBody {
    pub(crate) code: String,
    #[serde(default)]
    pub(crate) message: String,
}

/// The other form of a refused batch.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct InvalidChangeBatch {
    pub(crate) messages: Messages,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Messages {
    #[serde(rename = "Message", default)]
    pub(crate) items: Vec<String>,
}
