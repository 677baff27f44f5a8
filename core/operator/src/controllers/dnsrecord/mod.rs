//! `DNSRecord`: one record set at a provider, never one that somebody else owns, never one that is forgotten.
//!
//! The ledger in the status names every record set that may exist because of this object. An entry is written before
//! the call that makes the record set, and goes only after the record set was seen to be absent or another's.

mod observe;
mod place;
mod plan;
mod status;
#[cfg(test)]
mod tests;

use crate::{
    cluster::{Key, Kind, Reads},
    engine::{Controller, Plan, Report, Results},
    providers::{LaneError, Registry},
};
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use maquette_api::{DNSRecord, DNSRecordStatus, LedgerEntry};
use maquette_host::{Payer, dns};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::time::Instant;

pub use observe::Observed;

/// Reconciles `DNSRecord`s.
pub struct DnsRecordController {
    registry: Arc<Registry>,
    installation: String,
    /// When each object's record set was last known to be right, and for which generation.
    confirmed: Mutex<HashMap<Key, (Instant, Option<i64>)>>,
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
            confirmed: Mutex::default(),
        }
    }

    fn confirm(&self, key: Key, generation: Option<i64>) {
        self.confirmed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key, (Instant::now(), generation));
    }

    fn confirmed(&self, key: &Key) -> Option<(Instant, Option<i64>)> {
        self.confirmed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(key)
            .copied()
    }
}

/// Who pays for calls on behalf of a record: the workspace that made it.
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
        let lane = self
            .registry
            .get(&call.entry.provider)
            .and_then(|provider| provider.lane(&call.entry.zone));
        let answer = lane
            .ok_or(LaneError::Closed)?
            .change(payer(object), call.change.clone())
            .await;
        if answer.is_ok() && !matches!(call.change, dns::Change::Delete(_)) {
            self.confirm(Key::of(&object.metadata), object.metadata.generation);
        }
        answer
    }

    fn gone(&self, key: &Key) {
        self.confirmed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(key);
    }
}

impl crate::controllers::FromContext for DnsRecordController {
    fn from_context(context: &crate::controllers::Context) -> Self {
        Self::new(context.registry.clone(), context.installation.clone())
    }
}
