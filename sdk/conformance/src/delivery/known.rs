//! What comes with the subject: what its engine writes into objects.

use serde::Deserialize;
use serde_json::Value;

/// A GitOps engine as far as its objects show it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct EngineTarget {
    /// What it writes into its objects, by their kind. Objects of other kinds it leaves as they are.
    pub objects: Vec<EngineObject>,
    /// The revision that is told of a healthy application, of which version 1.2.0 of a chart was asked for. Nothing: the
    /// engine tells none.
    #[serde(default)]
    pub revision: Option<String>,
}

/// What the engine writes into an object once it has looked at it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct EngineObject {
    /// The object's `kind`.
    pub kind: String,
    /// When all is well.
    pub healthy: Vec<Written>,
    /// While it works on it.
    #[serde(default)]
    pub progressing: Option<Vec<Written>>,
    /// When it cannot do it without help.
    #[serde(default)]
    pub degraded: Option<Vec<Written>>,
    /// When somebody stopped it on purpose.
    #[serde(default)]
    pub suspended: Option<Vec<Written>>,
    /// When it cannot tell, for example because it does not reach the cluster.
    #[serde(default)]
    pub unknown: Option<Vec<Written>>,
}

/// One value that is written into an object.
#[derive(Debug, Clone, Deserialize)]
pub struct Written {
    /// Where: a JSON pointer (RFC 6901). Objects on the way are made.
    pub at: String,
    /// What.
    #[serde(flatten)]
    pub source: Source,
}

/// What is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// This value.
    Is(Value),
    /// What stands at this JSON pointer of the same object.
    From(String),
}
