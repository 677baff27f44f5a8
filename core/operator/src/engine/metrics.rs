//! Prometheus metrics. Names follow controller-runtime where it has one, so that existing dashboards work.

use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// Every metric of the operator.
#[derive(Clone)]
pub struct Metrics {
    registry: Arc<Mutex<Registry>>,
    reconciled: Family<ReconcileLabels, Counter>,
    reconcile_seconds: Family<ControllerLabels, Histogram>,
    depth: Family<QueueLabels, Gauge>,
    writes: Family<WriteLabels, Counter>,
    leader: Gauge,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct ReconcileLabels {
    controller: &'static str,
    result: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct ControllerLabels {
    controller: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct QueueLabels {
    name: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct WriteLabels {
    kind: &'static str,
    verb: &'static str,
}

impl Default for Metrics {
    fn default() -> Self {
        let reconcile_seconds = Family::<ControllerLabels, Histogram>::new_with_constructor(|| {
            Histogram::new([0.001, 0.005, 0.025, 0.1, 0.5, 1.0, 5.0, 30.0])
        });
        let metrics = Self {
            registry: Arc::default(),
            reconciled: Family::default(),
            reconcile_seconds,
            depth: Family::default(),
            writes: Family::default(),
            leader: Gauge::default(),
        };
        let mut registry = metrics
            .registry
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        registry.register(
            "controller_runtime_reconcile",
            "Reconciliations by result",
            metrics.reconciled.clone(),
        );
        registry.register(
            "controller_runtime_reconcile_time_seconds",
            "Duration of reconciliations",
            metrics.reconcile_seconds.clone(),
        );
        registry.register(
            "workqueue_depth",
            "Objects that wait for a worker",
            metrics.depth.clone(),
        );
        registry.register(
            "maquette_api_writes",
            "Requests that write to the API server",
            metrics.writes.clone(),
        );
        registry.register(
            "leader_election_master_status",
            "Whether this replica leads",
            metrics.leader.clone(),
        );
        drop(registry);
        metrics
    }
}

impl Metrics {
    /// A reconciliation ended.
    pub fn reconciled(&self, controller: &'static str, result: &'static str, took: Duration) {
        self.reconciled
            .get_or_create(&ReconcileLabels { controller, result })
            .inc();
        self.reconcile_seconds
            .get_or_create(&ControllerLabels { controller })
            .observe(took.as_secs_f64());
    }

    /// How many objects wait.
    pub fn queue_depth(&self, name: &'static str, depth: usize) {
        self.depth
            .get_or_create(&QueueLabels { name })
            .set(i64::try_from(depth).unwrap_or(i64::MAX));
    }

    /// A request that writes was sent.
    pub fn wrote(&self, kind: &'static str, verb: &'static str) {
        self.writes.get_or_create(&WriteLabels { kind, verb }).inc();
    }

    /// Whether this replica leads.
    pub fn leads(&self, leads: bool) {
        self.leader.set(i64::from(leads));
    }

    /// Lets others register metrics of their own.
    pub fn register(&self, register: impl FnOnce(&mut Registry)) {
        register(&mut self.registry.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Everything in the `OpenMetrics` text format.
    pub fn render(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = encode(
            &mut text,
            &self.registry.lock().unwrap_or_else(PoisonError::into_inner),
        );
        text
    }
}
