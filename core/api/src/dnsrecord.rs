//! `DNSRecord`: one record set that a provider keeps.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One record set that a provider keeps. A record set that somebody else owns is never touched.
#[derive(CustomResource, Clone, Debug, PartialEq, Serialize, Deserialize, KubeSchema)]
#[kube(
    group = "maquette.dev",
    version = "v1alpha1",
    kind = "DNSRecord",
    plural = "dnsrecords",
    namespaced,
    shortname = "mqdns",
    category = "maquette",
    status = "DNSRecordStatus",
    derive = "PartialEq",
    doc = "One record set that a provider keeps. A record set that somebody else owns is never touched.",
    printcolumn(name = "Domain", type_ = "string", json_path = ".spec.name"),
    printcolumn(name = "Type", type_ = "string", json_path = ".spec.type"),
    printcolumn(name = "Values", type_ = "string", json_path = ".spec.values"),
    printcolumn(
        name = "Ready",
        type_ = "string",
        json_path = ".status.conditions[?(@.type=='Ready')].status"
    ),
    printcolumn(
        name = "Reason",
        type_ = "string",
        json_path = ".status.conditions[?(@.type=='Ready')].reason"
    ),
    printcolumn(
        name = "Age",
        type_ = "date",
        json_path = ".metadata.creationTimestamp"
    )
)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = Rule::new("self.type != 'CNAME' || size(self.values) == 1").message("a CNAME has exactly one value (RFC 1034, section 3.6.2)").field_path(".values"),
    validation = Rule::new("self.type != 'A' || self.values.all(v, isIP(v) && ip(v).family() == 4)").message("values of an A record are IPv4 addresses").field_path(".values"),
    validation = Rule::new("self.type != 'AAAA' || self.values.all(v, isIP(v) && ip(v).family() == 6)").message("values of an AAAA record are IPv6 addresses").field_path(".values"),
    validation = Rule::new("!has(self.zone) || self.name == self.zone || self.name.endsWith('.' + self.zone)").message("must lie in the zone").field_path(".name")
)]
pub struct DNSRecordSpec {
    /// Name of the Provider.
    #[schemars(length(min = 1, max = 253))]
    pub provider: String,
    /// Zone of the record set. Omitted: the longest zone of the Provider in which `name` lies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253))]
    pub zone: Option<String>,
    /// Absolute name in lower case without the final dot; may start with `*.`.
    #[schemars(length(min = 1, max = 253))]
    #[x_kube(validation = Rule::new("self.split('.').all(l, size(l) <= 63)").message("each label of a name may have at most 63 characters (RFC 1035, section 2.3.4)"))]
    #[x_kube(validation = Rule::new("self.matches('^([*][.])?[a-z0-9_]([-a-z0-9_]*[a-z0-9_])?([.][a-z0-9_]([-a-z0-9_]*[a-z0-9_])?)*$')")
        .message("must be a domain name in lower case without the final dot"))]
    pub name: String,
    /// Type of the records.
    #[serde(rename = "type")]
    pub kind: RecordType,
    /// Values in presentation format; the order has no meaning.
    #[schemars(length(min = 1, max = 32), inner(length(min = 1, max = 1024)))]
    pub values: Vec<String>,
    /// Time to live in seconds.
    #[serde(default = "default_ttl")]
    #[schemars(range(min = 1, max = 604_800))]
    pub ttl: u32,
}

fn default_ttl() -> u32 {
    60
}

/// Type of a record set.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub enum RecordType {
    /// IPv4 addresses (RFC 1035).
    A,
    /// IPv6 addresses (RFC 3596).
    #[serde(rename = "AAAA")]
    Aaaa,
    /// A canonical name (RFC 1035).
    #[serde(rename = "CNAME")]
    Cname,
    /// Texts, unquoted (RFC 1035).
    #[serde(rename = "TXT")]
    Txt,
}

impl RecordType {
    /// As in a zone file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Cname => "CNAME",
            Self::Txt => "TXT",
        }
    }
}

/// How a record is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct DNSRecordStatus {
    /// Generation of the spec that this status describes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// Every record set that was made or is about to be made for this object and whose absence was not seen yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ledger: Vec<LedgerEntry>,
    /// Values that others can refer to: `name`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub outputs: BTreeMap<String, String>,
    /// Ready, Reconciling, Stalled, Verified.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["type".into()]))]
    pub conditions: Vec<Condition>,
}

/// One record set at a provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct LedgerEntry {
    /// Name of the Provider.
    pub provider: String,
    /// Zone of the record set.
    pub zone: String,
    /// Its name.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: RecordType,
    /// How far it got.
    pub state: LedgerState,
    /// What the provider last said identifies its contents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
}

/// How far a record set got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum LedgerState {
    /// It may exist: the call that makes it was about to be made.
    Intended,
    /// The provider said that it exists.
    Present,
}
