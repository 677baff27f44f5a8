//! `DNSRecord`: one record set at a provider. A record set with another owner is never modified, and none is forgotten.
//!
//! The rules are those of [`super::outside`]. The ledger in the status names every record set that may exist because of
//! this object.

mod claim;
mod observe;
mod observed;
mod place;
mod plan;
mod status;
#[cfg(test)]
mod tests;

use crate::{
    cluster::{Key, Kind, Reads},
    controllers::outside::Memory,
    engine::{Controller, Plan, Report, Results},
    providers::{LaneError, Registry},
};
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use maquette_api::{DNSRecord, DNSRecordStatus, LedgerEntry};
use maquette_host::{Payer, dns};
use std::sync::Arc;
use tokio::time::Instant;

pub use observed::Observed;

/// Reconciles `DNSRecord`s.
pub struct DnsRecordController {
    registry: Arc<Registry>,
    installation: String,
    memory: Memory,
}

/// One change at a provider.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    pub(crate) entry: LedgerEntry,
    pub(crate) change: dns::Change,
}

/// The new `etag`, empty after a deletion.
pub type Answer = Result<String, LaneError>;

impl DnsRecordController {
    /// A controller for this installation.
    pub fn new(registry: Arc<Registry>, installation: String) -> Self {
        Self {
            registry,
            installation,
            memory: Memory::default(),
        }
    }
}

fn ledger(record: &DNSRecord) -> &[LedgerEntry] {
    let status = record.status.as_ref();
    status.map(|status| &status.ledger[..]).unwrap_or_default()
}

fn held(ledger: &[LedgerEntry], entry: &LedgerEntry) -> bool {
    ledger.iter().any(|held| plan::same_place(held, entry))
}

fn is_deletion(call: &Call) -> bool {
    matches!(call.change, dns::Change::Delete(_))
}

/// The payer of calls on behalf of a record: the workspace that created it.
pub(super) fn payer(record: &DNSRecord) -> Payer {
    let owners = record.metadata.owner_references.iter().flatten();
    let workspace = owners
        .filter(|owner| owner.kind == Kind::Workspace.name())
        .map(|owner| owner.name.clone())
        .next();
    Payer {
        namespace: record.metadata.namespace.clone().unwrap_or_default(),
        workspace: workspace.unwrap_or_default(),
    }
}

impl Controller for DnsRecordController {
    type Object = DNSRecord;
    type Observed = Observed;
    type Call = Call;
    type Answer = Answer;

    fn conditions(status: &DNSRecordStatus) -> &[Condition] {
        &status.conditions
    }

    async fn observe(&self, reads: &Reads, object: &Arc<DNSRecord>) -> Observed {
        observe::observe(self, reads, object).await
    }

    fn plan(object: &DNSRecord, observed: &Observed, now: Timestamp) -> Plan<Call> {
        plan::plan(object, observed, now)
    }

    fn intention(
        object: &DNSRecord,
        observed: &Observed,
        plan: &Plan<Call>,
    ) -> Option<DNSRecordStatus> {
        Some(status::intention(object, observed, plan))
    }

    fn status(
        object: &DNSRecord,
        observed: &Observed,
        plan: &Plan<Call>,
        results: &Results<Call, Answer>,
        now: Timestamp,
    ) -> Report<DNSRecordStatus> {
        status::status(object, observed, plan, results, now)
    }

    async fn call(&self, object: &Arc<DNSRecord>, call: Call) -> Answer {
        let (key, start) = (Key::of(&object.metadata), Instant::now());
        let lane = self
            .registry
            .get(&call.entry.provider)
            .and_then(|provider| provider.lane(&call.entry.zone));
        let answer = match lane {
            Some(lane) => lane.change(payer(object), call.change.clone()).await,
            None => Err(LaneError::Closed),
        };
        if is_deletion(&call) {
            self.memory.removed(&key, answer.is_err());
        } else {
            let is_first = !held(ledger(object), &call.entry);
            let error = answer.as_ref().err();
            self.memory.created(&key, is_first, start, error);
        }
        if answer.is_ok() && !is_deletion(&call) {
            self.memory.confirm(&key, object.metadata.generation);
        }
        answer
    }

    fn gone(&self, key: &Key) {
        self.memory.forget(key);
    }
}

impl crate::controllers::FromContext for DnsRecordController {
    fn from_context(context: &crate::controllers::Context) -> Self {
        Self::new(context.registry.clone(), context.installation.clone())
    }
}
