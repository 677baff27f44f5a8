//! `cargo xtask cluster up|down|status`

use anyhow::{Context, bail};
use clap::Subcommand;
use maquette_harness::{Cluster, ClusterError, Options};

/// What to do with the cluster.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start it, or do nothing when it runs; cleans up after a run that crashed
    Up {
        /// Sync every write of etcd to the disk
        #[arg(long)]
        durable: bool,
    },
    /// Remove it: processes, containers, mounts, network, data
    Down,
    /// Show what runs and where it answers
    Status,
}

pub(crate) async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Up { durable } => {
            let cluster = Cluster::up(Options {
                durable,
                quiet: false,
            })
            .await
            .context("the cluster did not start")?;
            println!("export KUBECONFIG={}", cluster.kubeconfig().display());
            Ok(())
        }
        Command::Down => Cluster::down()
            .await
            .context("the cluster could not be removed"),
        Command::Status => status().await,
    }
}

async fn status() -> anyhow::Result<()> {
    let cluster = match Cluster::current() {
        Err(ClusterError::NotRunning) => {
            println!("no cluster is running; `cargo xtask cluster up` starts one");
            return Ok(());
        }
        other => other?,
    };
    let status = cluster.status().await;
    print!("{status}");
    if !status.is_healthy() {
        bail!("the cluster is not healthy; `cargo xtask cluster up` starts it afresh");
    }
    Ok(())
}
