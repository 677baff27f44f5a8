//! What monitors ask the operator for.

use maquette_harness::http;

use crate::support::manifests::reached;
use crate::support::{Place, operator};

#[tokio::test]
async fn the_operator_answers_health_checks_and_counts_reconciliations_and_plugin_calls() {
    let place = Place::new("endpoints").await;
    let workspace = place.workspace("endpoints");
    workspace
        .apply(&reached("web", &[place.server("web", "well")]))
        .await;
    workspace.ready().await;

    let address = operator::pod(&place.client)
        .await
        .status
        .unwrap()
        .pod_ip
        .unwrap();
    let get = async |port: u16, path: &str| {
        let address = format!("{address}:{port}");
        http::get(&address, &address, path).await.unwrap()
    };
    for path in ["/healthz", "/readyz"] {
        assert_eq!(get(8081, path).await.status, 200, "{path}");
    }
    let metrics = get(8080, "/metrics").await.text();
    // controller-runtime's name and labels, on which dashboards are built.
    let reconciled = sample(
        &metrics,
        "controller_runtime_reconcile_total",
        "controller=\"Workspace\"",
    );
    assert!(reconciled > 0.0, "{metrics}");
    assert!(
        sample(
            &metrics,
            "maquette_plugin_calls_total",
            "provider=\"e2e-dns\""
        ) > 0.0,
        "{metrics}"
    );
    assert!(
        !metrics.contains(&place.cluster.pdns().api_key),
        "a credential is in the metrics"
    );

    workspace.delete().await;
    workspace.gone().await;
}

/// The sum of a metric's samples that have a label (Prometheus text format: `name{labels} value`).
fn sample(metrics: &str, name: &str, label: &str) -> f64 {
    let samples = metrics
        .lines()
        .filter(|line| line.starts_with(name) && line.contains(label));
    samples
        .map(|line| line.rsplit(' ').next().unwrap().parse::<f64>().unwrap())
        .sum()
}
