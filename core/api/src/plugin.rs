//! Plugin: which code.

use k8s_openapi::api::core::v1::LocalObjectReference;
use k8s_openapi::apimachinery::pkg::{
    api::resource::Quantity,
    apis::meta::v1::{Condition, Time},
};
use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::provider::SecretKey;

/// A provider plugin: a WebAssembly component in an OCI registry that implements one or more provider interfaces.
#[derive(CustomResource, Clone, Debug, PartialEq, Serialize, Deserialize, KubeSchema)]
#[kube(
    group = "maquette.dev", version = "v1alpha1", kind = "Plugin", plural = "plugins", shortname = "mqplugin",
    category = "maquette", status = "PluginStatus", derive = "PartialEq",
    doc = "A provider plugin: a WebAssembly component in an OCI registry that implements one or more provider interfaces.",
    validation = Rule::new("self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$') && size(self.metadata.name) <= 63")
        .message("metadata.name must be a DNS label: lower case letters, digits and '-', at most 63 characters, starting with a letter"),
    printcolumn(name = "Ready", type_ = "string", json_path = ".status.conditions[?(@.type=='Ready')].status"),
    printcolumn(name = "Version", type_ = "string", json_path = ".status.version"),
    printcolumn(name = "Pending", type_ = "string", json_path = ".status.pending.version"),
    printcolumn(name = "Interfaces", type_ = "string", json_path = ".status.interfaces"),
    printcolumn(name = "Reason", type_ = "string", json_path = ".status.conditions[?(@.type=='Ready')].reason"),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp")
)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = Rule::new("has(self.version) != has(self.digest)")
        .message("set exactly one of version (a tag or a semantic version constraint) and digest")
)]
pub struct PluginSpec {
    /// Repository without tag or digest, for example `registry.example.com/maquette/powerdns`.
    #[schemars(length(min = 3, max = 255))]
    #[x_kube(validation = Rule::new("!self.contains('@') && !self.contains('://') && self.matches('^[a-zA-Z0-9.-]+(:[0-9]+)?(/[a-z0-9]+([._-]+[a-z0-9]+)*)+$')")
        .message("must be HOST[:PORT]/REPOSITORY without scheme, tag or digest; use version or digest for those"))]
    pub image: String,
    /// A tag such as `1.2.0`, or a constraint such as `~1.2` of which the newest matching tag is taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 128))]
    pub version: Option<String>,
    /// Digest of the manifest, `sha256:` and 64 hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 71), regex(pattern = "^sha256:[0-9a-f]{64}$"))]
    pub digest: Option<String>,
    /// Secrets of type `kubernetes.io/dockerconfigjson` in the operator's namespace.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 8))]
    pub pull_secrets: Vec<LocalObjectReference>,
    /// Who has to have signed it, beside those whom `trust.policies` of the chart require: this asks for more, and never for less.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verify: Option<Verify>,
    /// What becomes of another version that `version` comes to stand for. Whatever stands here, a version that asks for
    /// more than the running one waits for approval, and so does other code under the version that runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<Approval>,
    /// Digest of the version in `status.pending` that may be taken. It approves this one digest and no other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 71), regex(pattern = "^sha256:[0-9a-f]{64}$"))]
    pub approved_digest: Option<String>,
    /// Digest in `status.history` to go back to. While it stands here, it is what runs; without it, `version` is followed again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 71), regex(pattern = "^sha256:[0-9a-f]{64}$"))]
    pub rollback_to: Option<String>,
    /// How often the registry is asked what `version` stands for, in seconds. Default 300.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 5, max = 86400))]
    pub interval_seconds: Option<u32>,
    /// What one call may use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<Limits>,
}

/// Who has to have signed a plugin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct Verify {
    /// Signatures as cosign and `maquette plugin sign` make them.
    pub cosign: Cosign,
}

/// Signers, of whom any one suffices.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("(has(self.keys) && size(self.keys) > 0) || (has(self.keyless) && size(self.keyless) > 0)")
    .message("set keys, keyless or both; any one of those who are listed suffices"))]
pub struct Cosign {
    /// Public keys in PEM, as `cosign.pub` is one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 16))]
    pub keys: Vec<VerifyKey>,
    /// Identities of Sigstore. The operator needs a trust root for them: `trust.root` of the chart.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 16))]
    pub keyless: Vec<VerifyIdentity>,
}

/// Where a public key is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct VerifyKey {
    /// A key of a Secret in the operator's namespace.
    pub secret_ref: SecretKey,
}

/// Whom the certificate of a signature has to name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("has(self.subject) != has(self.subjectPattern)")
    .message("set exactly one of subject and subjectPattern"))]
pub struct VerifyIdentity {
    /// The identity provider, for example `https://token.actions.githubusercontent.com`.
    #[schemars(length(min = 1, max = 255))]
    pub issuer: String,
    /// Exactly this address or workflow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 1024))]
    pub subject: Option<String>,
    /// A regular expression that the address or workflow has to match as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 1024))]
    pub subject_pattern: Option<String>,
}

/// What becomes of another version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Approval {
    /// A newer version is taken, unless it asks for more than the running one.
    #[default]
    Automatic,
    /// Every version waits, unless the running one is not what `version` says.
    Manual,
}

/// What one call of a plugin may use.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct Limits {
    /// Linear memory, default `64Mi`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[x_kube(validation = Rule::new("type(self) == int ? self > 0 : isQuantity(self) && quantity(self).isGreaterThan(quantity('0'))").message("must be an amount of memory greater than zero, for example 64Mi"))]
    pub memory: Option<Quantity>,
    /// Wall-clock time in seconds, default 30.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 300))]
    pub timeout_seconds: Option<u32>,
    /// Calls at one time for each Provider, default 8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 64))]
    pub concurrency: Option<u32>,
}

/// What is installed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct PluginStatus {
    /// Generation of the spec that this status describes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// Digest that runs. A tag that is moved changes it only as `spec.approval` says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// The `spec.image` that the digest was found in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// Where it is pulled from, where the operator's configuration rewrites the registry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pulled_from: Option<String>,
    /// Version that the plugin says of itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Who signed it, as far as the operator's configuration and `spec.verify` require signatures.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signed_by: Vec<String>,
    /// The version that waits for approval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<Pending>,
    /// What runs and what ran before, the newest first; at most 10.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<HistoryEntry>,
    /// Interfaces that it implements, for example `maquette:dns/dns@0.1.0`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub interfaces: Vec<String>,
    /// Hosts that it asks for: origins, or `config:` and the JSON pointer of the configuration field that holds one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<String>,
    /// Names of the credentials that it asks for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub credentials: Vec<String>,
    /// Ready, Reconciling, Stalled; and `UpToDate`: whether what `spec.version` stands for is what runs, and why not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["type".into()]))]
    pub conditions: Vec<Condition>,
}

/// A version that waits for approval.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct Pending {
    /// Its digest: set `spec.approvedDigest` to it to take the version.
    pub digest: String,
    /// Version that it says of itself.
    pub version: String,
    /// What it asks for that the running version does not, each as `host ORIGIN`, `credential NAME (WHERE IT GOES)`,
    /// `interface NAME`, `import NAME` or `name NAME`; and which Providers could not use it, as `provider NAME: WHAT IT LACKS`.
    /// Empty: nothing more.
    #[serde(default)]
    pub asks_for: Vec<String>,
    /// Who signed it, as far as the operator's configuration requires signatures.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signed_by: Vec<String>,
}

/// A version that runs or ran.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct HistoryEntry {
    /// Its digest: set `spec.rollbackTo` to it to go back to the version.
    pub digest: String,
    /// Version that it says of itself.
    pub version: String,
    /// Since when it runs, or ran the last time.
    pub since: Time,
}
