//! Where a record set belongs, and whether its object may keep it there.

use super::DnsRecordController;
use crate::{
    cluster::{Key, Reads},
    controllers::access,
    providers::LaneError,
};
use maquette_api::{DNSRecord, LedgerEntry, LedgerState, Requester};
use std::time::Duration;

/// Where the record set of the spec belongs.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Place {
    pub(super) entry: LedgerEntry,
    pub(super) interval: Duration,
}

/// Why the record set cannot be kept or observed.
#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum Problem {
    #[error(transparent)]
    Access(#[from] access::Problem),
    #[error(transparent)]
    Lane(#[from] LaneError),
    /// The deletion is reported before the provider has answered.
    #[error("the provider has not answered yet")]
    Slow,
}

impl Problem {
    /// Whether the record set may be as it should be although the provider cannot be used, or gave no answer.
    pub(super) fn is_trouble(&self) -> bool {
        match self {
            Self::Access(problem) => problem.is_trouble(),
            // A zone that does not exist has no record set.
            Self::Lane(error) => !error.is_not_found(),
            Self::Slow => true,
        }
    }

    /// The answer of the provider, where it gave one.
    pub(super) fn lane(&self) -> Option<&LaneError> {
        match self {
            Self::Access(_) | Self::Slow => None,
            Self::Lane(error) => Some(error),
        }
    }
}

/// Where the record set of the spec belongs. What exists is found whatever the scope says by now.
pub(super) async fn place(
    controller: &DnsRecordController,
    reads: &Reads,
    key: &Key,
    record: &DNSRecord,
) -> Result<Place, Problem> {
    let name = record.spec.provider.clone();
    let entry = |zone: String| LedgerEntry {
        provider: name.clone(),
        zone,
        name: record.spec.name.clone(),
        kind: record.spec.kind,
        state: LedgerState::Intended,
        etag: None,
    };
    let (provider, configured) = access::provider(reads, &controller.registry, &name)?;
    if configured.dns.is_none() {
        let (what, interface) = ("record sets", "maquette:dns/dns");
        return Err(access::Problem::OtherKind {
            name,
            what,
            interface,
        }
        .into());
    }
    access::admit(reads, &provider, &key.namespace)?;
    let scope = provider.spec.scope.clone().unwrap_or_default();
    if !scope.admits_type(record.spec.kind) {
        let kind = record.spec.kind.as_str().to_owned();
        let provider = name;
        return Err(access::Problem::TypeOutOfScope { provider, kind }.into());
    }
    let zones = if scope.zones.is_empty() && record.spec.zone.is_none() {
        reads.wait(configured.zones()).await?
    } else {
        scope.zones.clone()
    };
    let zone = choose_zone(record, &zones).ok_or_else(|| access::Problem::ZoneOutOfScope {
        provider: name.clone(),
        name: record.spec.name.clone(),
        known: if zones.is_empty() {
            "nothing".to_owned()
        } else {
            zones.join(", ")
        },
    })?;
    let wanted = &record.spec.name;
    let workspace = access::workspace_of(reads, &record.metadata);
    let requester = Requester {
        namespace: &key.namespace,
        workspace: workspace.as_deref(),
    };
    access::admit_name(&scope, &name, wanted, Some(&zone), requester)?;
    Ok(Place {
        entry: entry(zone),
        interval: configured.interval,
    })
}

/// The zone of the spec where it is allowed, else the longest allowed zone in which the name lies.
/// No zones means that every zone is allowed.
fn choose_zone(record: &DNSRecord, zones: &[String]) -> Option<String> {
    match &record.spec.zone {
        Some(zone) => (zones.is_empty() || zones.contains(zone)).then(|| zone.clone()),
        None => access::zone_of(&record.spec.name, zones).map(str::to_owned),
    }
}
