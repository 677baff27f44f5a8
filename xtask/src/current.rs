//! The settings for a cluster of the user's own.

use std::path::PathBuf;

/// Settings that a cluster of the user's cannot tell.
#[derive(clap::Args)]
#[command(next_help_heading = "With --cluster current")]
pub(crate) struct Current {
    /// Registry that the cluster's nodes and the operator pull from: HOST[:PORT].
    #[arg(long)]
    pub(crate) registry: Option<String>,
    /// The same registry as this machine pushes to it over plain HTTP, where that is another address: HOST:PORT.
    #[arg(long)]
    pub(crate) push_registry: Option<String>,
    /// The operator speaks plain HTTP to the registry.
    #[arg(long)]
    pub(crate) plain_http: bool,
    /// Operator image to install instead of one built here.
    #[arg(long)]
    pub(crate) operator_image: Option<String>,
    /// Manifests of the Provider `corp-dns` and of its Secret, instead of examples/powerdns.
    #[arg(long)]
    pub(crate) provider_file: Option<PathBuf>,
    /// Manifest of the Workspace `shop`, with your zone and your Gateway, instead of examples/shop/workspace.yaml.
    #[arg(long)]
    pub(crate) workspace_file: Option<PathBuf>,
    /// DNS server that serves the zone, instead of this machine's resolver: IP[:PORT].
    #[arg(long)]
    pub(crate) dns_server: Option<String>,
}
