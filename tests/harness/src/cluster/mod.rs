//! The whole cluster: one per machine, on a bridge of its own in 198.18.0.0/15 (RFC 2544's range for benchmarks, which no
//! real network uses). It outlives the command that started it; [`Cluster::down`] takes everything away again.

mod clean;
mod faults;
mod gateway;
mod network;
mod node;
mod record;
mod status;
mod up;

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::access::NoRandomness;
use crate::command::CommandError;
use crate::components::apiserver::audit_log;
use crate::controlplane::{ControlPlaneError, connect};
use crate::dump;
use crate::http::HttpError;
use crate::images::ImageError;
use crate::paths;
use crate::process::{ProcessError, Run};
use crate::progress::Progress;
use crate::tools::ToolError;
use crate::wait::{Timeout, wait_for};

pub use faults::Component;
use record::Record;
pub use record::{Gateway, Pdns};
pub use status::{ComponentStatus, Status};

/// The zone that PowerDNS serves and that the gateway's wildcard listener covers.
pub const ZONE: &str = "preview.test";

/// The image host of tests. No such host exists: containerd takes every image from the local registry.
pub const IMAGE_HOST: &str = "registry.test";

/// How long a command waits for another one that starts or removes the cluster: long enough to build every program.
const PATIENCE: Duration = Duration::from_mins(45);

/// How to start a cluster.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Sync every write of etcd to the disk.
    pub durable: bool,
    /// Print nothing.
    pub quiet: bool,
}

/// A running cluster.
#[derive(Debug, Clone)]
pub struct Cluster {
    run: Run,
    record: Record,
}

/// The cluster could not be started, used or removed.
#[derive(Debug, thiserror::Error)]
#[expect(
    missing_docs,
    reason = "each carries the error of the part that is named by its variant"
)]
pub enum ClusterError {
    #[error("no cluster is running; `cargo xtask cluster up` starts one")]
    NotRunning,
    #[error(
        "another command has been starting or removing the cluster for 45 minutes; end it and run `cargo xtask cluster down`"
    )]
    Busy,
    #[error(
        "the cluster needs root, for its bridge, its mounts and its cgroups; run the command with sudo"
    )]
    NotRoot,
    #[error("cannot use {}", .path.display())]
    File {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("after cleaning up these are left: {0}; `cargo xtask cluster down` tries again")]
    LeftBehind(String),
    #[error(transparent)]
    Tool(#[from] ToolError),
    #[error(transparent)]
    Process(#[from] ProcessError),
    #[error(transparent)]
    Command(#[from] CommandError),
    #[error(transparent)]
    ControlPlane(#[from] ControlPlaneError),
    #[error(transparent)]
    Image(#[from] ImageError),
    #[error(transparent)]
    Http(#[from] HttpError),
    #[error(transparent)]
    Timeout(#[from] Timeout),
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    #[error("the API server refused")]
    Api(#[from] kube::Error),
}

impl Cluster {
    /// Starts the cluster, or returns at once when a healthy one runs. Cleans up after a run that crashed.
    pub async fn up(options: Options) -> Result<Self, ClusterError> {
        let progress = if options.quiet {
            Progress::silent()
        } else {
            Progress::new()
        };
        if let Some(running) = Self::healthy().await {
            progress.say("the cluster is running already");
            return Ok(running);
        }
        let _lock = lock(&progress).await?;
        if let Some(running) = Self::healthy().await {
            return Ok(running);
        }
        up::up(&options, &progress).await
    }

    async fn healthy() -> Option<Self> {
        let running = Self::current().ok()?;
        running.status().await.is_healthy().then_some(running)
    }

    /// The cluster that the machine's record names, whether or not it is healthy.
    pub fn current() -> Result<Self, ClusterError> {
        let run = Run::at(folder());
        let record = Record::read(run.folder())?
            .filter(|record| record.complete)
            .ok_or(ClusterError::NotRunning)?;
        Ok(Self { run, record })
    }

    /// Removes the machine's cluster, complete or not: processes, containers, mounts, network, data. Does nothing when there is none.
    pub async fn down() -> Result<(), ClusterError> {
        let progress = Progress::new();
        let _lock = lock(&progress).await?;
        clean::clean(&folder(), &progress)
    }

    /// The administrator's kubeconfig; the certificate authority is inside.
    pub fn kubeconfig(&self) -> PathBuf {
        self.folder().join("kubeconfig")
    }

    /// A client with the administrator's rights.
    pub async fn client(&self) -> Result<kube::Client, ClusterError> {
        Ok(connect(&self.kubeconfig()).await?)
    }

    /// host:port of the registry, plain HTTP, from this machine and from pods.
    pub fn registry(&self) -> &str {
        &self.record.registry
    }

    /// The DNS server.
    pub fn pdns(&self) -> &Pdns {
        &self.record.pdns
    }

    /// Where the shared Gateway answers.
    pub fn gateway(&self) -> &Gateway {
        &self.record.gateway
    }

    /// The API server's URL, also for pods.
    pub fn api_url(&self) -> &str {
        &self.record.api
    }

    /// The audit log: one `audit.k8s.io/v1` Event per line, level Metadata, one per finished request.
    pub fn audit_log(&self) -> PathBuf {
        audit_log(self.folder())
    }

    /// The folder with configuration, data and logs.
    pub fn folder(&self) -> &Path {
        self.run.folder()
    }

    /// Runs kubectl as the administrator and returns what it prints.
    pub fn kubectl(&self, arguments: &[&str]) -> Result<String, ClusterError> {
        Ok(dump::kubectl(&self.kubeconfig(), arguments, None)?)
    }

    /// Applies manifests (YAML) as the administrator, server-side.
    pub fn apply(&self, manifests: &str) -> Result<String, ClusterError> {
        let arguments = ["apply", "--server-side", "--force-conflicts", "-f", "-"];
        Ok(dump::kubectl(
            &self.kubeconfig(),
            &arguments,
            Some(manifests),
        )?)
    }

    /// Objects, events and pod logs of a namespace, for the message of a wait that failed.
    pub fn dump(&self, namespace: &str) -> String {
        dump::namespace(&self.kubeconfig(), namespace)
    }
}

/// The folder of the machine's cluster.
fn folder() -> PathBuf {
    paths::state().join("cluster")
}

/// One command at a time starts or removes the cluster; others wait for it. The kernel releases the lock when the command dies.
async fn lock(progress: &Progress) -> Result<File, ClusterError> {
    let path = paths::state().join("cluster.lock");
    let failed = |source| ClusterError::File {
        path: path.clone(),
        source,
    };
    fs::create_dir_all(paths::state()).map_err(failed)?;
    let file = File::create(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => return Ok(file),
        Err(TryLockError::Error(source)) => return Err(failed(source)),
        Err(TryLockError::WouldBlock) => {}
    }
    progress.say("another command starts or removes the cluster; waiting for it");
    let locked = wait_for("the other command", PATIENCE, async || {
        file.try_lock().map_err(|error| error.to_string())
    });
    locked.await.map_err(|_| ClusterError::Busy)?;
    Ok(file)
}
