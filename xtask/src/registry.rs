//! The OCI registry that a cluster pulls from.

/// Where images and plugins are pushed to and pulled from.
#[derive(Clone, Debug)]
pub(crate) struct Registry {
    /// HOST[:PORT] as the cluster's nodes and the operator know it.
    pub(crate) address: String,
    /// HOST:PORT as this machine knows it; plain HTTP.
    pub(crate) push_address: String,
    /// Whether the operator speaks plain HTTP to it.
    pub(crate) plain_http: bool,
}
