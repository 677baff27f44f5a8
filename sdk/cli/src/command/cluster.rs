//! Versions of plugins in a cluster.

use std::path::PathBuf;

use clap::Args;

/// Lets the version of a Plugin that waits for approval be taken.
///
/// Approved is one digest: the one that waits now. What it asks for that the running version does not is printed.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  maquette plugin approve powerdns
  maquette plugin approve powerdns --digest sha256:…  # only if this is what waits
  maquette plugin approve powerdns --wait 60
  kubectl maquette plugin approve powerdns")]
pub(crate) struct Approve {
    /// Name of the Plugin in the cluster.
    pub(crate) name: String,
    /// Digest that has to be the one that waits.
    #[arg(long)]
    pub(crate) digest: Option<String>,
    /// Waits this many seconds until it runs.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) wait: Option<u64>,
    #[command(flatten)]
    pub(crate) cluster: Cluster,
}

/// Goes back to a version of a Plugin that ran before.
///
/// The version runs until --cancel, whatever the Plugin's `version` stands for meanwhile.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  maquette plugin rollback powerdns              # what ran before
  maquette plugin rollback powerdns --to 1.1.0
  maquette plugin rollback powerdns --cancel     # follow `version` again
  kubectl maquette plugin rollback powerdns --wait 60")]
pub(crate) struct Rollback {
    /// Name of the Plugin in the cluster.
    pub(crate) name: String,
    /// A version or digest in the Plugin's history. What ran before the running one unless given.
    #[arg(long, value_name = "VERSION|DIGEST", conflicts_with = "cancel")]
    pub(crate) to: Option<String>,
    /// Follows the Plugin's `version` again.
    #[arg(long)]
    pub(crate) cancel: bool,
    /// Waits this many seconds until it runs.
    #[arg(long, value_name = "SECONDS", conflicts_with = "cancel")]
    pub(crate) wait: Option<u64>,
    #[command(flatten)]
    pub(crate) cluster: Cluster,
}

/// Which cluster.
#[derive(Debug, Args)]
pub(crate) struct Cluster {
    /// File that says how to reach the cluster. KUBECONFIG or ~/.kube/config unless given.
    #[arg(long, value_name = "FILE")]
    pub(crate) kubeconfig: Option<PathBuf>,
    /// Context in that file.
    #[arg(long, value_name = "NAME")]
    pub(crate) context: Option<String>,
}
