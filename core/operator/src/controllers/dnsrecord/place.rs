//! Where a record set belongs, and whether its object may keep it there.

use super::DnsRecordController;
use crate::{cluster::Key, providers::LaneError};
use maquette_api::{DNSRecord, LedgerEntry, LedgerState, Provider, condition, provider::Scope};
use std::time::Duration;

/// Where the record set of the spec belongs.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Place {
    pub(super) entry: LedgerEntry,
    pub(super) interval: Duration,
}

/// Why the record set cannot be kept.
#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum Problem {
    #[error("spec.provider: there is no Provider {0}; apply one, or correct the name")]
    ProviderMissing(String),
    #[error("Provider {name} is not Ready: {message}")]
    ProviderNotReady { name: String, message: String },
    /// Nothing is wrong: this process has not bound it yet.
    #[error("Provider {0} is being bound to its plugin")]
    ProviderStarting(String),
    #[error("Provider {0} is being deleted; choose another one")]
    ProviderTerminating(String),
    #[error("Provider {0} keeps no record sets: its plugin does not implement maquette:plugin/dns")]
    NotDns(String),
    #[error(
        "the scope of Provider {provider} does not include namespace {namespace}; ask for a label that spec.scope.namespaces selects"
    )]
    NamespaceOutOfScope { provider: String, namespace: String },
    #[error(
        "the scope of Provider {provider} does not include a zone for {name}; it includes: {known}"
    )]
    ZoneOutOfScope {
        provider: String,
        name: String,
        known: String,
    },
    #[error(transparent)]
    Lane(#[from] LaneError),
}

/// Where the record set of the spec belongs. What exists is found whatever the scope says by now.
pub(super) async fn place(
    controller: &DnsRecordController,
    key: &Key,
    record: &DNSRecord,
) -> Result<Place, Problem> {
    let name = record.spec.provider.clone();
    let provider = controller
        .caches
        .providers
        .get(&Key::cluster(&name))
        .ok_or_else(|| Problem::ProviderMissing(name.clone()))?;
    let bound = controller.registry.get(&name);
    let Some(configured) = bound.filter(|bound| bound.spec == provider.spec) else {
        return Err(not_ready(name, &provider));
    };
    let entry = |zone: String| LedgerEntry {
        provider: name.clone(),
        zone,
        name: record.spec.name.clone(),
        kind: record.spec.kind,
        state: LedgerState::Intended,
        etag: None,
    };
    let known = record
        .status
        .iter()
        .flat_map(|status| &status.ledger)
        .find(|held| held.provider == name && held.name == record.spec.name);
    if record.metadata.deletion_timestamp.is_some() {
        // What exists is removed whatever the scope says by now.
        let zone = known
            .map(|held| held.zone.clone())
            .or_else(|| record.spec.zone.clone())
            .unwrap_or_default();
        return Ok(Place {
            entry: entry(zone),
            interval: configured.interval,
        });
    }
    if provider.metadata.deletion_timestamp.is_some() {
        return Err(Problem::ProviderTerminating(name));
    }
    if configured.dns.is_none() {
        return Err(Problem::NotDns(name));
    }
    let scope = provider.spec.scope.clone().unwrap_or_default();
    if !allows_namespace(controller, &scope, &key.namespace) {
        return Err(Problem::NamespaceOutOfScope {
            provider: name,
            namespace: key.namespace.clone(),
        });
    }
    let zones = if scope.zones.is_empty() && record.spec.zone.is_none() {
        configured.zones().await?
    } else {
        scope.zones
    };
    let zone = choose_zone(record, &zones).ok_or_else(|| Problem::ZoneOutOfScope {
        provider: name.clone(),
        name: record.spec.name.clone(),
        known: if zones.is_empty() {
            "nothing".to_owned()
        } else {
            zones.join(", ")
        },
    })?;
    Ok(Place {
        entry: entry(zone),
        interval: configured.interval,
    })
}

/// The zone of the spec where it is allowed, else the longest allowed zone in which the name lies.
/// No zones means that every zone is allowed.
fn choose_zone(record: &DNSRecord, zones: &[String]) -> Option<String> {
    let lies_in = |zone: &str| {
        let name = record.spec.name.as_str();
        name == zone
            || name
                .strip_suffix(zone)
                .is_some_and(|rest| rest.ends_with('.'))
    };
    match &record.spec.zone {
        Some(zone) => (zones.is_empty() || zones.contains(zone)).then(|| zone.clone()),
        None => zones
            .iter()
            .filter(|zone| lies_in(zone))
            .max_by_key(|zone| zone.len())
            .cloned(),
    }
}

fn allows_namespace(controller: &DnsRecordController, scope: &Scope, namespace: &str) -> bool {
    let Some(selector) = &scope.namespaces else {
        return true;
    };
    let labels = controller
        .caches
        .namespaces
        .get(&Key::cluster(namespace))
        .and_then(|ns| ns.metadata.labels.clone())
        .unwrap_or_default();
    // A selector that cannot be read selects nothing.
    kube::core::Selector::try_from(selector.clone()).is_ok_and(|selector| {
        use kube::core::SelectorExt as _;
        selector.matches(&labels)
    })
}

/// What is said of an older generation of the Provider does not count.
fn not_ready(name: String, provider: &Provider) -> Problem {
    let conditions = provider
        .status
        .as_ref()
        .filter(|status| status.observed_generation == provider.metadata.generation)
        .map(|status| status.conditions.as_slice())
        .unwrap_or_default();
    match condition::find(conditions, condition::READY) {
        Some(ready) if ready.status != "True" => Problem::ProviderNotReady {
            name,
            message: ready.message.clone(),
        },
        _ => Problem::ProviderStarting(name),
    }
}
