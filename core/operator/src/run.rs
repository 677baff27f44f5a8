//! The operator as a whole: caches, leadership, controllers, and their end.

use crate::{
    clock::Clock,
    cluster::{Caches, Key, Kind, Writer, start_watches},
    controllers::{
        component::ComponentController,
        dnsrecord::DnsRecordController,
        plugin::{Installer, PluginController},
        provider::ProviderController,
        tunnel::TunnelController,
        workspace::WorkspaceController,
    },
    engine::{self, Controller, Executor, Health, LeaderError, Leadership, Metrics},
    providers::{PluginPort, Registry, UsageCollector},
    registries::Registries,
};
use kube::{
    Client,
    runtime::events::{Recorder, Reporter},
};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::sync::broadcast;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Changes that may wait to be sorted; beyond that everything is looked at.
const CHANGES: usize = 16_384;
/// How long reconciliations that have begun may take to end.
const GRACE: Duration = Duration::from_secs(20);
/// How long the server of health and metrics may take to close.
const CLOSING: Duration = Duration::from_secs(1);

/// What the operator runs with.
#[derive(Clone, Debug)]
pub struct Options {
    /// Namespace of the operator: credentials, pull secrets and the Lease are there.
    pub namespace: String,
    /// Where `/metrics` is served.
    pub metrics_addr: SocketAddr,
    /// Where `/healthz` and `/readyz` are served.
    pub health_addr: SocketAddr,
    /// Whether replicas elect a leader.
    pub leader_elect: bool,
    /// Name of this replica.
    pub identity: String,
    /// Workers of each controller.
    pub workers: usize,
    /// What the administrator decided about registries.
    pub registries: Arc<Registries>,
    /// Time and chance.
    pub clock: Clock,
}

/// Why the operator ended other than by request.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Health or metrics cannot be served.
    #[error("health and metrics cannot be served; check --health-addr and --metrics-addr")]
    Serve(#[source] std::io::Error),
    /// Another replica leads, or the API server does not answer.
    #[error("leadership ended")]
    Leader(#[source] LeaderError),
    /// The cluster has no namespace `kube-system`, whose UID identifies it.
    #[error("the namespace kube-system cannot be read; the operator needs to get namespaces")]
    NoIdentity,
}

/// Serves health and metrics, and operates until `stop`.
pub async fn run(
    client: Client,
    host: Arc<dyn PluginPort>,
    options: Options,
    stop: CancellationToken,
) -> Result<(), RunError> {
    let metrics = Metrics::default();
    UsageCollector::register(&metrics, host.clone());
    let health = Health::default();
    let serving = engine::serve(
        options.health_addr,
        options.metrics_addr,
        health.clone(),
        metrics.clone(),
        stop.clone(),
    );
    let ended = stop.clone();
    let server = tokio::spawn(async move {
        let outcome = serving.await;
        ended.cancel();
        outcome
    });
    let outcome = operate(client, host, &options, &health, &metrics, &stop).await;
    stop.cancel();
    // Connections of scrapers may stay open longer.
    match tokio::time::timeout(CLOSING, server).await {
        Ok(Ok(Err(error))) if outcome.is_ok() => Err(RunError::Serve(error)),
        _ => outcome,
    }
}

/// Keeps the caches, leads and runs the controllers until `stop`, without a server. It returns an error when another
/// replica leads; the process has to exit then.
pub async fn operate(
    client: Client,
    host: Arc<dyn PluginPort>,
    options: &Options,
    health: &Health,
    metrics: &Metrics,
    stop: &CancellationToken,
) -> Result<(), RunError> {
    let caches = Arc::new(Caches::default());
    let (changes, _) = broadcast::channel(CHANGES);
    let watches = tokio::select! {
        biased;
        () = stop.cancelled() => return Ok(()),
        watches = start_watches(&client, &caches, &options.namespace, &changes) => watches,
    };
    health.ready();
    tracing::info!(workspaces = caches.workspaces.len(), "caches are complete");

    let leadership = if options.leader_elect {
        tokio::select! {
            biased;
            () = stop.cancelled() => return Ok(()),
            leadership = Leadership::acquire(
                client.clone(), &options.namespace, "maquette", &options.identity, options.clock.clone(),
            ) => Some(leadership),
        }
    } else {
        None
    };
    metrics.leads(true);
    tracing::info!(identity = options.identity, "leading");

    let working = CancellationToken::new();
    let controllers =
        start_controllers(&client, host, options, &caches, &changes, metrics, &working)?;
    let (leadership, outcome) = lead(leadership, stop).await;
    working.cancel();
    if tokio::time::timeout(GRACE, controllers.wait())
        .await
        .is_err()
    {
        tracing::warn!("reconciliations did not end in time; they are taken up by the next leader");
    }
    if let (Some(leadership), Ok(())) = (leadership, &outcome) {
        leadership.release().await;
    }
    drop(watches);
    outcome
}

/// Waits for the end of the leadership or for a request to stop.
async fn lead(
    leadership: Option<Leadership>,
    stop: &CancellationToken,
) -> (Option<Leadership>, Result<(), RunError>) {
    let mut leadership = leadership;
    let lost = async {
        match &mut leadership {
            Some(leadership) => leadership.keep().await,
            None => std::future::pending().await,
        }
    };
    let outcome = tokio::select! {
        biased;
        () = stop.cancelled() => Ok(()),
        error = lost => Err(RunError::Leader(error)),
    };
    (leadership, outcome)
}

fn start_controllers(
    client: &Client,
    host: Arc<dyn PluginPort>,
    options: &Options,
    caches: &Arc<Caches>,
    changes: &broadcast::Sender<crate::cluster::Change>,
    metrics: &Metrics,
    stop: &CancellationToken,
) -> Result<TaskTracker, RunError> {
    let installation = caches
        .namespaces
        .get(&Key::cluster("kube-system"))
        .and_then(|namespace| namespace.metadata.uid.clone())
        .ok_or(RunError::NoIdentity)?;
    let counter = metrics.clone();
    let writer = Writer::new(client.clone(), caches.clone(), move |kind: Kind, verb| {
        counter.wrote(kind.name(), verb);
    });
    let reporter = Reporter {
        controller: "maquette".to_owned(),
        instance: Some(options.identity.clone()),
    };
    let executor = Executor::new(
        caches.clone(),
        writer,
        Recorder::new(client.clone(), reporter),
        metrics.clone(),
        options.clock.clone(),
    );
    let registry = Arc::new(Registry::default());
    let starter = Starter {
        tasks: TaskTracker::new(),
        executor,
        changes,
        workers: options.workers,
        stop,
    };
    let installer = Installer {
        host,
        caches: caches.clone(),
        namespace: options.namespace.clone(),
        registries: options.registries.clone(),
    };
    starter.start(PluginController {
        installer: installer.clone(),
    });
    starter.start(ProviderController {
        caches: caches.clone(),
        installer,
        registry: registry.clone(),
        namespace: options.namespace.clone(),
        installation: installation.clone(),
    });
    starter.start(WorkspaceController {
        caches: caches.clone(),
    });
    starter.start(ComponentController {
        caches: caches.clone(),
    });
    starter.start(DnsRecordController::new(
        caches.clone(),
        registry.clone(),
        installation.clone(),
    ));
    starter.start(TunnelController::new(
        caches.clone(),
        registry,
        installation,
        options.namespace.clone(),
    ));
    starter.tasks.close();
    Ok(starter.tasks)
}

struct Starter<'a> {
    tasks: TaskTracker,
    executor: Executor,
    changes: &'a broadcast::Sender<crate::cluster::Change>,
    workers: usize,
    stop: &'a CancellationToken,
}

impl Starter<'_> {
    fn start<C: Controller>(&self, controller: C) {
        let changes = self.changes.subscribe();
        // Calls to providers wait for a lane's window; many records share one call only if many are waited for.
        let workers = if C::KIND == Kind::DNSRecord {
            self.workers * 64
        } else {
            self.workers
        };
        self.tasks.spawn(engine::run(
            Arc::new(controller),
            self.executor.clone(),
            changes,
            workers,
            self.stop.clone(),
        ));
    }
}
