//! `/healthz`, `/readyz` and `/metrics`.

use super::metrics::Metrics;
use axum::{Router, extract::State, http::StatusCode, routing::get};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Whether the operator can work.
#[derive(Clone, Debug, Default)]
pub struct Health {
    ready: Arc<AtomicBool>,
}

impl Health {
    /// The caches are complete. A replica that waits to lead is ready too.
    pub fn ready(&self) {
        self.ready.store(true, Ordering::Release);
    }

    fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Acquire)
    }
}

/// Serves health and metrics until `stop`.
pub async fn serve(
    health_addr: SocketAddr,
    metrics_addr: SocketAddr,
    health: Health,
    metrics: Metrics,
    stop: CancellationToken,
) -> std::io::Result<()> {
    let probes = Router::new()
        .route("/healthz", get(async || "ok"))
        .route(
            "/readyz",
            get(async |State(health): State<Health>| {
                if health.is_ready() {
                    (StatusCode::OK, "ok")
                } else {
                    (StatusCode::SERVICE_UNAVAILABLE, "caches are not complete")
                }
            }),
        )
        .with_state(health);
    let scrape = Router::new()
        .route(
            "/metrics",
            get(async |State(metrics): State<Metrics>| metrics.render()),
        )
        .with_state(metrics);
    let (probe_listener, scrape_listener) = (
        TcpListener::bind(health_addr).await?,
        TcpListener::bind(metrics_addr).await?,
    );
    // Whoever let the kernel choose the ports reads them here.
    tracing::info!(
        health = %probe_listener.local_addr()?,
        metrics = %scrape_listener.local_addr()?,
        "serving"
    );
    let (stop_probes, stop_scrape) = (stop.clone(), stop);
    let probes = axum::serve(probe_listener, probes)
        .with_graceful_shutdown(async move { stop_probes.cancelled().await });
    let scrape = axum::serve(scrape_listener, scrape)
        .with_graceful_shutdown(async move { stop_scrape.cancelled().await });
    let (probes, scrape) =
        futures::future::join(async { probes.await }, async { scrape.await }).await;
    probes.and(scrape)
}
