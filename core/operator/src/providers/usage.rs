//! What calls of plugins consumed, as metrics.

use super::port::PluginPort;
use crate::engine::Metrics;
use maquette_host::{AccountUsage, ProviderUsage};
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric as _},
    metrics::{MetricType, counter::ConstCounter, gauge::ConstGauge},
};
use std::{collections::HashMap, fmt, sync::Arc};

/// Reads the plugin host's counters whenever metrics are scraped.
pub struct UsageCollector {
    host: Arc<dyn PluginPort>,
}

impl UsageCollector {
    /// Adds the counters of this host to the metrics.
    pub fn register(metrics: &Metrics, host: Arc<dyn PluginPort>) {
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

type ReadAccount = fn(&AccountUsage) -> u64;

const OF_WORKSPACES: [(&str, &str, ReadAccount); 3] = [
    (
        "maquette_plugin_workspace_calls",
        "Calls of plugins for a workspace, alone or together with others",
        |account| account.calls,
    ),
    (
        "maquette_plugin_workspace_received_bytes",
        "A workspace's part of what plugins received",
        |account| account.bytes_in,
    ),
    (
        "maquette_plugin_workspace_sent_bytes",
        "A workspace's part of what plugins sent",
        |account| account.bytes_out,
    ),
];

/// What was consumed for whom. The host keeps 2,000 accounts at most; the rest has no namespace.
fn accounts(
    host: &dyn PluginPort,
    plugins: &HashMap<&str, &str>,
    encoder: &mut DescriptorEncoder<'_>,
) -> Result<(), fmt::Error> {
    let accounts = host.accounts();
    let labels = |account: &AccountUsage| {
        let plugin = plugins.get(account.provider.as_str()).copied();
        [
            ("provider", account.provider.clone()),
            ("plugin", plugin.unwrap_or_default().to_owned()),
            ("namespace", account.payer.namespace.clone()),
            ("workspace", account.payer.workspace.clone()),
        ]
    };
    for (name, help, read) in OF_WORKSPACES {
        let mut family = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
        for account in &accounts {
            ConstCounter::new(read(account)).encode(family.encode_family(&labels(account))?)?;
        }
    }
    let mut family = encoder.encode_descriptor(
        "maquette_plugin_workspace_cpu_seconds",
        "A workspace's part of the processor time of plugins",
        None,
        MetricType::Counter,
    )?;
    for account in &accounts {
        ConstCounter::new(account.cpu_time.as_secs_f64())
            .encode(family.encode_family(&labels(account))?)?;
    }
    let mut family = encoder.encode_descriptor(
        "maquette_plugin_workspace_peak_memory_bytes",
        "Most memory that one call used that was made for a workspace",
        None,
        MetricType::Gauge,
    )?;
    for account in &accounts {
        ConstGauge::new(i64::try_from(account.peak_memory_bytes).unwrap_or(i64::MAX))
            .encode(family.encode_family(&labels(account))?)?;
    }
    Ok(())
}

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
        let plugins: HashMap<&str, &str> = usage
            .iter()
            .map(|usage| (usage.provider.as_str(), usage.plugin.as_str()))
            .collect();
        accounts(&*self.host, &plugins, &mut encoder)
    }
}
