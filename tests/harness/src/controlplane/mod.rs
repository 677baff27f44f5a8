//! etcd and kube-apiserver, optionally with the controllers and with kwok's nodes, on a loopback address of their own.
//!
//! Ready in seconds, any number side by side. Dropping a [`ControlPlane`] ends it; one whose test was killed is cleaned by
//! the next that starts.

mod client;
mod place;
mod servers;

use std::path::{Path, PathBuf};
use std::time::Duration;

use k8s_openapi::api::core::v1::Node;
use kube::Api;
use kube::api::PostParams;
use serde_json::json;

use crate::access::{Authority, NoRandomness, ServiceAccountKey, User, kubeconfig};
use crate::components::apiserver::{Apiserver, audit_log, certificate};
use crate::components::etcd::Etcd;
use crate::components::{controllers, kwok};
use crate::process::{Process, ProcessError, Run, write_secret};
use crate::progress::Progress;
use crate::tools::{self, Tool, ToolError};
use crate::wait::{Timeout, wait_for};

pub(crate) use client::{connect, look, ready};
use place::Place;
pub(crate) use place::free_port;
pub(crate) use servers::create_database;

/// How long a component may take to become ready on a busy machine.
const READY: Duration = Duration::from_secs(90);

/// A control plane could not be started or used.
#[derive(Debug, thiserror::Error)]
#[expect(
    missing_docs,
    reason = "each carries the error of the part that is named by its variant"
)]
pub enum ControlPlaneError {
    #[error(transparent)]
    Tool(#[from] ToolError),
    #[error(transparent)]
    Process(#[from] ProcessError),
    #[error(transparent)]
    Timeout(#[from] Timeout),
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    #[error("cannot use the kubeconfig {}", .path.display())]
    Kubeconfig {
        path: PathBuf,
        source: kube::config::KubeconfigError,
    },
    #[error("the API server refused")]
    Api(#[from] kube::Error),
    #[error(transparent)]
    Command(#[from] crate::command::CommandError),
    #[error(transparent)]
    Http(#[from] crate::http::HttpError),
    #[error("no loopback address with a free port")]
    Address(#[source] std::io::Error),
    #[error("`{0}` is not part of this control plane")]
    NoSuchProcess(String),
}

/// Which parts a control plane has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ControlPlaneOptions {
    /// Run kube-controller-manager: garbage collection, namespaces that really go, Deployments that make pods.
    pub controller_manager: bool,
    /// Run kube-scheduler and kwok: nodes that [`ControlPlane::add_kwok_nodes`] adds and pods on them get Ready. Implies the controllers.
    pub kwok: bool,
    /// Sync every write to the disk.
    pub durable: bool,
}

/// A running control plane; dropping it ends it.
#[derive(Debug)]
pub struct ControlPlane {
    run: Run,
    kubeconfig: PathBuf,
    url: String,
}

impl ControlPlane {
    /// Starts etcd and kube-apiserver.
    pub async fn start() -> Result<Self, ControlPlaneError> {
        Self::start_with(ControlPlaneOptions::default()).await
    }

    /// Starts a control plane with the parts that `options` names. Builds what is not in the cache.
    pub async fn start_with(options: ControlPlaneOptions) -> Result<Self, ControlPlaneError> {
        let controllers = options.controller_manager || options.kwok;
        tools::ensure(&programs(controllers, options.kwok), &Progress::new())?;
        let place = Place::take().map_err(ControlPlaneError::Address)?;
        let users = [
            User::new("admin", "system:masters")?,
            User::new("system:kube-controller-manager", "")?,
            User::new("system:kube-scheduler", "")?,
            User::new("kwok", "system:masters")?,
        ];
        let started = Self {
            url: place.url(),
            kubeconfig: place.folder.join("kubeconfig"),
            run: Run::at(&place.folder),
        };
        started.start_servers(&place, &users, options.durable, controllers)?;
        started.wait_until_ready(&users).await?;
        let access = |user: &User| {
            kubeconfig(
                &started.url,
                Authority::File(&certificate(&place.folder).display().to_string()),
                &user.token,
            )
        };
        let [_, manager, scheduler, kwok_user] = &users;
        if controllers {
            controllers::manager(
                &place.folder,
                Tool::KubeControllerManager.path()?,
                access(manager),
            )
            .start(&started.run)?;
        }
        if options.kwok {
            controllers::scheduler(
                &place.folder,
                Tool::KubeScheduler.path()?,
                access(scheduler),
            )
            .start(&started.run)?;
            kwok::unit(&place.folder, Tool::Kwok.path()?, access(kwok_user)).start(&started.run)?;
        }
        Ok(started)
    }

    fn start_servers(
        &self,
        place: &Place,
        users: &[User],
        durable: bool,
        has_controllers: bool,
    ) -> Result<(), ControlPlaneError> {
        let folder = &place.folder;
        Etcd {
            folder,
            client: &place.etcd,
            peer: &place.etcd_peer,
            durable,
        }
        .unit(Tool::Etcd.path()?)
        .start(&self.run)?;
        let key = ServiceAccountKey::generate()?;
        let apiserver = Apiserver {
            folder,
            address: &place.address.to_string(),
            port: place.port,
            etcd: &place.etcd,
            users,
            service_account_key: &key,
            serves_pods: false,
            has_controllers,
        };
        apiserver
            .unit(Tool::KubeApiserver.path()?)
            .start(&self.run)?;
        Ok(())
    }

    async fn wait_until_ready(&self, users: &[User; 4]) -> Result<(), ControlPlaneError> {
        let [admin, ..] = users;
        let needed: Vec<Process> = self.run.processes().into_values().collect();
        ready(
            &needed,
            &self.url,
            &certificate(self.run.folder()),
            &self.kubeconfig,
            &admin.token,
            READY,
        )
        .await
    }

    /// A client with the administrator's rights.
    pub async fn client(&self) -> Result<kube::Client, ControlPlaneError> {
        connect(&self.kubeconfig).await
    }

    /// The administrator's kubeconfig; the certificate authority is inside.
    pub fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    /// The API server's URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The audit log: one `audit.k8s.io/v1` Event per line, level Metadata, one per finished request.
    pub fn audit_log(&self) -> PathBuf {
        audit_log(self.run.folder())
    }

    /// The folder with configuration and logs.
    pub fn folder(&self) -> &Path {
        self.run.folder()
    }

    /// Kills a process (`etcd`, `kube-apiserver`, `kube-controller-manager`, `kube-scheduler`, `kwok`) as a crash would.
    pub fn kill(&self, name: &str) -> Result<(), ControlPlaneError> {
        self.recorded(name)?.kill().map_err(Into::into)
    }

    /// Starts a killed process again, with its data and addresses.
    pub fn start_again(&self, name: &str) -> Result<(), ControlPlaneError> {
        let process = self.recorded(name)?;
        if !process.is_alive() {
            self.run.start_again(&process)?;
        }
        Ok(())
    }

    /// Kills kube-apiserver, starts it again and waits until it is ready.
    pub async fn restart_apiserver(&self) -> Result<(), ControlPlaneError> {
        self.kill("kube-apiserver")?;
        self.start_again("kube-apiserver")?;
        self.wait_for_apiserver().await
    }

    /// Waits until kube-apiserver answers that it is ready.
    pub async fn wait_for_apiserver(&self) -> Result<(), ControlPlaneError> {
        let client = self.client().await?;
        wait_for("kube-apiserver", READY, async || {
            client::look(&client).await
        })
        .await
        .map_err(Into::into)
    }

    /// Adds `count` nodes that kwok keeps Ready; each takes 500 pods.
    pub async fn add_kwok_nodes(&self, count: usize) -> Result<(), ControlPlaneError> {
        let nodes: Api<Node> = Api::all(self.client().await?);
        for number in 0..count {
            nodes
                .create(&PostParams::default(), &kwok_node(number)?)
                .await?;
        }
        Ok(())
    }

    fn recorded(&self, name: &str) -> Result<Process, ControlPlaneError> {
        self.run
            .process(name)
            .ok_or_else(|| ControlPlaneError::NoSuchProcess(name.to_owned()))
    }
}

impl Drop for ControlPlane {
    fn drop(&mut self) {
        if let Err(error) = self.run.end_all(&[], Duration::ZERO) {
            eprintln!("{error}");
        }
        if std::thread::panicking() {
            eprintln!(
                "the logs of this control plane are in {} until the next one starts",
                self.run.folder().join("logs").display()
            );
        } else {
            drop(std::fs::remove_dir_all(self.run.folder()));
        }
    }
}

fn programs(controllers: bool, kwok: bool) -> Vec<Tool> {
    let mut tools = vec![Tool::Etcd, Tool::KubeApiserver];
    if controllers {
        tools.push(Tool::KubeControllerManager);
    }
    if kwok {
        tools.extend([Tool::KubeScheduler, Tool::Kwok]);
    }
    tools
}

fn kwok_node(number: usize) -> Result<Node, ControlPlaneError> {
    let (annotation, value) = kwok::ANNOTATION;
    let capacity = json!({"cpu": "64", "memory": "512Gi", "pods": "500"});
    let node = json!({
        "metadata": {
            "name": format!("kwok-{number}"),
            "annotations": {annotation: value},
            "labels": {"kubernetes.io/hostname": format!("kwok-{number}"), "kubernetes.io/os": "linux", "type": "kwok"},
        },
        "status": {"capacity": capacity, "allocatable": capacity},
    });
    serde_json::from_value(node)
        .map_err(|source| ControlPlaneError::Api(kube::Error::SerdeError(source)))
}

pub(crate) fn write_kubeconfig(
    path: &Path,
    url: &str,
    certificate: &str,
    token: &str,
) -> Result<(), ProcessError> {
    write_secret(
        path,
        kubeconfig(url, Authority::Inline(certificate), token).as_bytes(),
    )
}
