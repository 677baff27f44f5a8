//! The program that a cluster runs.

use anyhow::Context as _;
use clap::{Parser, ValueEnum};
use maquette_host::{Compiler, Host, Settings};
use maquette_operator::{
    clock::Clock,
    connection,
    registries::Registries,
    run::{Options, run},
};
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

/// Reconciles Workspaces and what belongs to them.
#[derive(Debug, Parser)]
#[command(name = "maquette-operator", version)]
struct Arguments {
    /// Namespace of the operator: credentials of providers, pull secrets and the Lease are there.
    #[arg(long, env = "MAQUETTE_NAMESPACE", default_value = "maquette-system")]
    namespace: String,
    /// Folder for plugins and their compiled code; kept over restarts, it makes them independent of the registry.
    #[arg(
        long,
        env = "MAQUETTE_CACHE_DIR",
        default_value = "/var/cache/maquette"
    )]
    cache_dir: PathBuf,
    /// Size of that folder, for example 1Gi. What was not used for the longest time goes before it is full.
    #[arg(long, env = "MAQUETTE_CACHE_SIZE", default_value = "1Gi", value_parser = cache_bytes)]
    cache_size: u64,
    /// Where `/metrics` is served.
    #[arg(long, env = "MAQUETTE_METRICS_ADDR", default_value = "0.0.0.0:8080")]
    metrics_addr: SocketAddr,
    /// Where `/healthz` and `/readyz` are served.
    #[arg(long, env = "MAQUETTE_HEALTH_ADDR", default_value = "0.0.0.0:8081")]
    health_addr: SocketAddr,
    /// Form of the log. Its level is set with `RUST_LOG`, for example `info,maquette_operator=debug`.
    #[arg(long, env = "MAQUETTE_LOG_FORMAT", value_enum, default_value_t = LogFormat::Text)]
    log_format: LogFormat,
    /// File (YAML) with who has to have signed plugins, from where they are pulled instead, and with which Secrets. Read
    /// once, at the start.
    #[arg(long, env = "MAQUETTE_CONFIG")]
    config: Option<PathBuf>,
    /// Registry that is spoken to without TLS, as `host:port`. May be given several times.
    #[arg(long, env = "MAQUETTE_PLAIN_HTTP_REGISTRY", value_delimiter = ',')]
    plain_http_registry: Vec<String>,
    /// Let replicas elect a leader; the others wait.
    #[arg(long, env = "MAQUETTE_LEADER_ELECT")]
    leader_elect: bool,
    /// Name of this replica in the Lease and in events.
    #[arg(long, env = "MAQUETTE_IDENTITY", default_value_t = default_identity())]
    identity: String,
    /// Objects of each kind that are worked on at one time.
    #[arg(long, env = "MAQUETTE_WORKERS", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=256))]
    workers: u16,
}

/// What may be kept in a folder of this size. A tenth of it is for what is being written, and for keeping clear of the
/// limit at which a volume takes its pod with it.
fn cache_bytes(size: &str) -> Result<u64, String> {
    let bytes = maquette_operator::quantity::bytes(size)
        .ok_or_else(|| format!("`{size}` is not a quantity such as 1Gi"))?;
    Ok(bytes as u64 / 10 * 9)
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum LogFormat {
    Json,
    Text,
}

fn default_identity() -> String {
    std::env::var("HOSTNAME").unwrap_or_else(|_| format!("maquette-{}", std::process::id()))
}

fn main() -> ExitCode {
    let mut given = std::env::args().skip(1).peekable();
    if given.next_if(|first| first == Compiler::ARGUMENT).is_some() {
        return maquette_host::compile_plugin(given);
    }
    match work() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("Error: {error:?}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn work() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    init_log(arguments.log_format);
    // The client and the plugin host share one implementation of TLS.
    if rustls::crypto::ring::default_provider()
        .install_default()
        .is_err()
    {
        tracing::debug!("TLS was set up before");
    }
    let stop = CancellationToken::new();
    stop_on_signals(stop.clone())?;
    let registries = registries(arguments.config.as_deref())?;
    let mut settings = Settings::new(&arguments.cache_dir);
    settings.plain_http_registries = arguments.plain_http_registry;
    settings.compiler = Compiler::this_program();
    settings.cache_bytes = arguments.cache_size;
    let host = Host::new(settings).with_context(|| {
        format!(
            "the plugin host cannot start in {}",
            arguments.cache_dir.display()
        )
    })?;
    let config = kube::Config::infer()
        .await
        .context("no API server: run in a cluster, or set KUBECONFIG")?;
    let client = connection::client(config)
        .context("the credentials or certificates of the API server's client cannot be used")?;
    let options = Options {
        namespace: arguments.namespace,
        metrics_addr: arguments.metrics_addr,
        health_addr: arguments.health_addr,
        leader_elect: arguments.leader_elect,
        identity: arguments.identity,
        workers: arguments.workers.into(),
        registries: Arc::new(registries),
        clock: Clock::default(),
    };
    run(client, Arc::new(host), options, stop).await?;
    tracing::info!("stopped");
    Ok(())
}

fn registries(path: Option<&Path>) -> anyhow::Result<Registries> {
    let registries = match path {
        None => Registries::default(),
        Some(path) => {
            let wrong = || format!("the configuration file {} cannot be used", path.display());
            let text = std::fs::read_to_string(path).with_context(wrong)?;
            Registries::from_yaml(&text).with_context(wrong)?
        }
    };
    if registries.trusts_everything() {
        tracing::warn!("no signature is required of any plugin; set trust.policies");
    }
    Ok(registries)
}

fn init_log(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    match format {
        LogFormat::Json => log.json().flatten_event(true).init(),
        LogFormat::Text => log.init(),
    }
}

/// SIGTERM and SIGINT ask for an orderly end.
fn stop_on_signals(stop: CancellationToken) -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (
        signal(SignalKind::terminate())?,
        signal(SignalKind::interrupt())?,
    );
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping");
        stop.cancel();
    });
    Ok(())
}
