//! What calls of plugins consumed, as metrics.

use crate::engine::Metrics;
use maquette_host::{Host, ProviderUsage};
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric as _},
    metrics::{MetricType, counter::ConstCounter, gauge::ConstGauge},
};
use std::fmt;

/// Reads the plugin host's counters whenever metrics are scraped.
pub struct UsageCollector {
    host: Host,
}

impl UsageCollector {
    /// Adds the counters of this host to the metrics.
    pub fn register(metrics: &Metrics, host: Host) {
        metrics.register(|registry| registry.register_collector(Box::new(Self { host })));
    }
}

impl fmt::Debug for UsageCollector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UsageCollector")
    }
}

type Read = fn(&ProviderUsage) -> u64;

const COUNTERS: [(&str, &str, Read); 5] = [
    ("maquette_plugin_calls", "Calls of plugins", |usage| {
        usage.calls
    }),
    (
        "maquette_plugin_errors",
        "Calls that gave no result",
        |usage| usage.errors,
    ),
    (
        "maquette_plugin_received_bytes",
        "Bytes that plugins received",
        |usage| usage.bytes_in,
    ),
    (
        "maquette_plugin_sent_bytes",
        "Bytes that plugins sent",
        |usage| usage.bytes_out,
    ),
    (
        "maquette_plugin_denials",
        "Requests of plugins that were refused",
        |usage| usage.denials,
    ),
];

const GAUGES: [(&str, &str, Read); 2] = [
    ("maquette_plugin_in_flight", "Calls that run now", |usage| {
        usage.in_flight
    }),
    (
        "maquette_plugin_peak_memory_bytes",
        "Most memory that one call used",
        |usage| usage.peak_memory_bytes,
    ),
];

impl Collector for UsageCollector {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let usage = self.host.usage();
        let labels = |usage: &ProviderUsage| {
            [
                ("provider", usage.provider.clone()),
                ("plugin", usage.plugin.clone()),
            ]
        };
        for (name, help, read) in COUNTERS {
            let mut family = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
            for usage in &usage {
                ConstCounter::new(read(usage)).encode(family.encode_family(&labels(usage))?)?;
            }
        }
        for (name, help, read) in GAUGES {
            let mut family = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
            for usage in &usage {
                ConstGauge::new(i64::try_from(read(usage)).unwrap_or(i64::MAX))
                    .encode(family.encode_family(&labels(usage))?)?;
            }
        }
        let mut family = encoder.encode_descriptor(
            "maquette_plugin_cpu_seconds",
            "Processor time of plugins",
            None,
            MetricType::Counter,
        )?;
        for usage in &usage {
            ConstCounter::new(usage.cpu_time.as_secs_f64())
                .encode(family.encode_family(&labels(usage))?)?;
        }
        Ok(())
    }
}
