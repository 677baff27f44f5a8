//! Who may keep the record set where, and what is there now.

use super::DnsRecordController;
use crate::{
    cluster::Key,
    providers::{LaneError, Sight},
};
use maquette_api::{
    DNSRecord, LedgerEntry, LedgerState, Provider, RecordType, condition, owner, provider::Scope,
};
use maquette_host::dns::{self, RecordSet};
use std::{collections::BTreeMap, time::Duration};

/// Everything the decision needs.
#[derive(Debug)]
pub struct Observed {
    /// The mark that says that a record set is this object's.
    pub(super) owner: String,
    /// Where the record set belongs, and how often it is compared; or why it cannot be kept.
    pub(super) place: Result<Place, Problem>,
    /// What is at the provider, where it was looked at, by the entry's position.
    pub(super) sights: BTreeMap<Spot, Result<Sight, LaneError>>,
    /// Whether the record set was seen to be right so recently that it need not be looked at.
    pub(super) fresh: bool,
}

/// Where a record set is.
pub(super) type Spot = (String, String, String);

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

pub(super) fn spot(entry: &LedgerEntry) -> Spot {
    (
        entry.provider.clone(),
        entry.zone.clone(),
        entry.name.clone(),
    )
}

pub(super) fn kind(kind: RecordType) -> dns::RecordType {
    match kind {
        RecordType::A => dns::RecordType::A,
        RecordType::Aaaa => dns::RecordType::Aaaa,
        RecordType::Cname => dns::RecordType::Cname,
        RecordType::Txt => dns::RecordType::Txt,
    }
}

/// The record set of the spec.
pub(super) fn wanted(record: &DNSRecord) -> RecordSet {
    RecordSet {
        name: record.spec.name.clone(),
        kind: kind(record.spec.kind),
        ttl: record.spec.ttl,
        values: record.spec.values.clone(),
    }
}

pub(super) async fn observe(controller: &DnsRecordController, record: &DNSRecord) -> Observed {
    let key = Key::of(&record.metadata);
    let place = place(controller, &key, record).await;
    let ledger = record
        .status
        .as_ref()
        .map(|status| status.ledger.clone())
        .unwrap_or_default();
    let deleting = record.metadata.deletion_timestamp.is_some();
    let fresh = !deleting && is_fresh(controller, &key, record, place.as_ref().ok(), &ledger);
    let mut sights = BTreeMap::new();
    if !fresh {
        let known = ledger.iter().chain(
            place
                .as_ref()
                .ok()
                .filter(|_| !deleting && !is_new(record))
                .map(|place| &place.entry),
        );
        for entry in known {
            let is_wanted = place
                .as_ref()
                .is_ok_and(|place| spot(&place.entry) == spot(entry));
            let wanted = is_wanted.then(|| wanted(record));
            if let std::collections::btree_map::Entry::Vacant(vacant) = sights.entry(spot(entry)) {
                vacant.insert(look(controller, entry, wanted).await);
            }
        }
        let right = place
            .as_ref()
            .ok()
            .and_then(|place| sights.get(&spot(&place.entry)))
            .is_some_and(Result::is_ok);
        if right && !deleting {
            controller.confirm(key, record.metadata.generation);
        }
    }
    Observed {
        owner: owner_of(controller, record),
        place,
        sights,
        fresh,
    }
}

fn owner_of(controller: &DnsRecordController, record: &DNSRecord) -> String {
    let key = Key::of(&record.metadata);
    owner::mark(&controller.installation, &key.namespace, &key.name)
}

/// Nothing was tried for this spec yet, so there is nothing to look at: the call that makes it checks by itself.
pub(super) fn is_new(record: &DNSRecord) -> bool {
    record.status.as_ref().is_none_or(|status| {
        status.ledger.is_empty() && status.observed_generation != record.metadata.generation
    })
}

fn is_fresh(
    controller: &DnsRecordController,
    key: &Key,
    record: &DNSRecord,
    place: Option<&Place>,
    ledger: &[LedgerEntry],
) -> bool {
    let Some(place) = place else { return false };
    let settled = match ledger {
        [only] => {
            spot(only) == spot(&place.entry)
                && only.kind == place.entry.kind
                && only.state == LedgerState::Present
        }
        _ => false,
    };
    settled
        && controller.confirmed(key).is_some_and(|(at, generation)| {
            generation == record.metadata.generation
                && at.elapsed() + Duration::from_millis(500) < place.interval
        })
}

async fn look(
    controller: &DnsRecordController,
    entry: &LedgerEntry,
    wanted: Option<RecordSet>,
) -> Result<Sight, LaneError> {
    let lane = controller
        .registry
        .get(&entry.provider)
        .and_then(|provider| provider.lane(&entry.zone));
    lane.ok_or(LaneError::Closed)?
        .look(entry.name.clone(), wanted)
        .await
}

async fn place(
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
    let Some(configured) = controller.registry.get(&name) else {
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

fn not_ready(name: String, provider: &Provider) -> Problem {
    let conditions = provider
        .status
        .as_ref()
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
