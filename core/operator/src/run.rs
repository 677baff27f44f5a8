//! The operator as a whole: caches, leadership, controllers, and their end.

use crate::{
    clock::Clock,
    cluster::{Caches, Fence, Key, Kind, Watches, Writer, start_watches},
    controllers::{self, Context, FromContext, plugin::Installer},
    engine::{self, Controller, Executor, Health, LeaderError, Leadership, Metrics},
    kinds::for_each_kind,
    providers::{PluginPort, Registry, UsageCollector},
    registries::Registries,
};
use kube::{
    Client,
    runtime::events::{Recorder, Reporter},
};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// How long reconciliations that have begun may take to end when the operator is asked to stop. What waits for a provider
/// longer is resumed by the next leader.
const GRACE: Duration = Duration::from_secs(5);
/// How long the server of health and metrics may take to close.
const CLOSING: Duration = Duration::from_secs(1);
/// What the errors call the server.
const SERVER: &str = "the server of health and metrics";

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
    /// Another replica leads, or the API server is gone.
    #[error("leadership ended")]
    Leader(#[source] LeaderError),
    /// A task that the operator consists of ended, so that it would work with half of itself.
    #[error("{0} ended unexpectedly; the operator restarts")]
    TaskEnded(&'static str),
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
    // The server answers until the operator has ended its work.
    let closing = CancellationToken::new();
    let mut server = tokio::spawn(engine::serve(
        options.health_addr,
        options.metrics_addr,
        health.clone(),
        metrics.clone(),
        closing.clone(),
    ));
    tokio::select! {
        biased;
        outcome = operate(client, host, &options, &health, &metrics, &stop) => outcome?,
        joined = &mut server => return match joined {
            Ok(Err(error)) => Err(RunError::Serve(error)),
            _ => Err(RunError::TaskEnded(SERVER)),
        },
    }
    closing.cancel();
    // Connections of scrapers may stay open longer.
    drop(tokio::time::timeout(CLOSING, server).await);
    Ok(())
}

/// Keeps the caches, leads and runs the controllers until `stop`, without a server. Returns an error at once when another
/// replica leads: the caller must end the process, which ends every call that is in progress.
pub async fn operate(
    client: Client,
    host: Arc<dyn PluginPort>,
    options: &Options,
    health: &Health,
    metrics: &Metrics,
    stop: &CancellationToken,
) -> Result<(), RunError> {
    let caches = Arc::new(Caches::default());
    let mut watches = tokio::select! {
        biased;
        watches = start_watches(&client, &caches, &options.namespace) => watches,
        () = stop.cancelled() => return Ok(()),
    };
    health.ready();
    tracing::info!(workspaces = caches.workspaces.len(), "caches are complete");

    let mut leadership = if options.leader_elect {
        tokio::select! {
            biased;
            leadership = Leadership::acquire(
                client.clone(), &options.namespace, "maquette", &options.identity, options.clock.clone(),
            ) => Some(leadership),
            () = stop.cancelled() => return Ok(()),
        }
    } else {
        None
    };
    let fence = leadership
        .as_ref()
        .map_or_else(Fence::unlimited, Leadership::fence);
    metrics.leads(true);
    tracing::info!(identity = options.identity, "leading");

    let working = CancellationToken::new();
    let mut controllers =
        start_controllers(&client, host, options, &caches, fence, metrics, &working)?;
    tokio::select! {
        biased;
        () = stop.cancelled() => {}
        error = lost(&mut leadership) => return Err(RunError::Leader(error)),
        error = ended(&mut watches, &mut controllers) => return Err(error),
    }
    working.cancel();
    // The Lease is renewed until nothing acts any more.
    tokio::select! {
        biased;
        () = all_end(&mut controllers) => {}
        () = tokio::time::sleep(GRACE) => {
            tracing::warn!("reconciliations did not end in time; the next leader resumes them");
        }
        error = lost(&mut leadership) => return Err(RunError::Leader(error)),
    }
    if let Some(leadership) = leadership {
        leadership.release().await;
    }
    Ok(())
}

/// The end of the leadership; never where there is none to lose.
async fn lost(leadership: &mut Option<Leadership>) -> LeaderError {
    match leadership {
        Some(leadership) => leadership.keep().await,
        None => std::future::pending().await,
    }
}

/// The end of a task that never ends by itself.
async fn ended(watches: &mut Watches, controllers: &mut JoinSet<()>) -> RunError {
    let (what, ended) = tokio::select! {
        biased;
        ended = watches.join_next() => ("a watch", ended),
        ended = controllers.join_next() => ("a controller", ended),
    };
    if let Some(Err(error)) = ended {
        tracing::error!(%error, "{what} ended");
    }
    RunError::TaskEnded(what)
}

async fn all_end(controllers: &mut JoinSet<()>) {
    while controllers.join_next().await.is_some() {}
}

fn start_controllers(
    client: &Client,
    host: Arc<dyn PluginPort>,
    options: &Options,
    caches: &Arc<Caches>,
    fence: Fence,
    metrics: &Metrics,
    stop: &CancellationToken,
) -> Result<JoinSet<()>, RunError> {
    let installation = caches
        .namespaces
        .get(&Key::cluster("kube-system"))
        .and_then(|namespace| namespace.metadata.uid.clone())
        .ok_or(RunError::NoIdentity)?;
    let counter = metrics.clone();
    let count = move |kind: Kind, verb| counter.wrote(kind.name(), verb);
    let writer = Writer::new(client.clone(), caches.clone(), fence.clone(), count);
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
    let registry = Arc::new(Registry::new(caches.router().clone(), fence));
    let context = Context {
        caches: caches.clone(),
        installer: Installer {
            host,
            namespace: options.namespace.clone(),
            registries: options.registries.clone(),
        },
        registry,
        namespace: options.namespace.clone(),
        installation,
    };
    let mut starter = Starter {
        tasks: JoinSet::new(),
        executor,
        workers: options.workers,
        stop,
    };
    starter.start_all(&context);
    Ok(starter.tasks)
}

struct Starter<'a> {
    tasks: JoinSet<()>,
    executor: Executor,
    workers: usize,
    stop: &'a CancellationToken,
}

macro_rules! start_row {
    ($starter:ident $context:ident) => {};
    ($starter:ident $context:ident $($controller:tt)+) => {
        let controller: controllers::$($controller)+ = FromContext::from_context($context);
        $starter.start(controller);
    };
}

macro_rules! start_all {
    ($($kind:ident $field:ident $kept:ident $group:tt $version:tt $plural:literal $namespaced:literal $watched:ident $use:ident($($controller:tt)*);)*) => {
        impl Starter<'_> {
            /// Starts the controller of every kind that has one.
            fn start_all(&mut self, context: &Context) {
                $(start_row!(self context $($controller)*);)*
            }
        }
    };
}
for_each_kind!(start_all);

impl Starter<'_> {
    fn start<C: Controller>(&mut self, controller: C) {
        self.tasks.spawn(engine::run(
            Arc::new(controller),
            self.executor.clone(),
            self.workers,
            self.stop.clone(),
        ));
    }
}
