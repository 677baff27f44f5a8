//! Who may keep the record set where, and the record sets that exist there now.

use super::{
    DnsRecordController, claim, ledger,
    observed::{Observed, spot, wanted},
    payer,
    place::{Place, Problem, place},
    plan::is_right,
};
use crate::{
    cluster::{Key, Reads},
    controllers::{access, outside::Recalled},
    providers::{LaneError, Sight},
};
use maquette_api::{DNSRecord, LedgerEntry, LedgerState, condition, owner};
use maquette_host::dns::RecordSet;
use std::{
    collections::{BTreeMap, btree_map::Entry},
    time::Duration,
};

/// How soon a deletion is reported, whatever the provider does.
const FIRST_REPORT: Duration = Duration::from_secs(4);

pub(super) async fn observe(
    controller: &DnsRecordController,
    reads: &Reads,
    record: &DNSRecord,
) -> Observed {
    let key = Key::of(&record.metadata);
    let deleting = record.metadata.deletion_timestamp.is_some();
    let generation = record.metadata.generation;
    let place = if deleting {
        claim::release(reads, record);
        None
    } else {
        let place = place(controller, reads, &key, record).await;
        Some(claim::claim(reads, record, place))
    };
    let mut observed = Observed {
        owner: owner::mark(&controller.installation, &key.namespace, &key.name),
        place,
        sights: BTreeMap::new(),
        fresh: false,
        recalled: Recalled::default(),
    };
    observed.fresh = observed.kept_at().is_some_and(|place| {
        is_settled(place, ledger(record))
            && controller.memory.is_fresh(&key, generation, place.interval)
    });
    if !observed.fresh {
        let new = observed.kept_at().map(|place| place.entry.clone());
        // Where the spec has no place, only names that it does not have any more are of interest: they are deleted.
        let is_of_interest =
            |entry: &&LedgerEntry| deleting || new.is_some() || entry.name != record.spec.name;
        let entries = ledger(record).iter().filter(is_of_interest);
        for entry in entries.chain(new.as_ref()) {
            let is_wanted = new.as_ref().is_some_and(|new| spot(new) == spot(entry));
            let wanted = is_wanted.then(|| wanted(record));
            if let Entry::Vacant(vacant) = observed.sights.entry(spot(entry)) {
                vacant.insert(look(controller, reads, record, entry, wanted).await);
            }
        }
        if is_right(record, &observed) {
            controller.memory.confirm(&key, generation);
        }
    }
    let is_intended = ledger(record)
        .iter()
        .any(|entry| entry.state == LedgerState::Intended);
    let in_trouble = observed.trouble().is_some();
    observed.recalled = controller.memory.recall(&key, is_intended, in_trouble);
    observed
}

fn is_settled(place: &Place, ledger: &[LedgerEntry]) -> bool {
    match ledger {
        [only] => {
            spot(only) == spot(&place.entry)
                && only.kind == place.entry.kind
                && only.state == LedgerState::Present
        }
        _ => false,
    }
}

async fn look(
    controller: &DnsRecordController,
    reads: &Reads,
    record: &DNSRecord,
    entry: &LedgerEntry,
    wanted: Option<RecordSet>,
) -> Result<Sight, Problem> {
    let configured = access::for_removal(reads, &controller.registry, &entry.provider)?;
    let zone = configured.lane(&entry.zone).ok_or(LaneError::Closed)?;
    let look = zone.look(payer(record), entry.name.clone(), wanted);
    if !hides_deletion(record) {
        return Ok(reads.wait(look).await?);
    }
    match reads.wait(tokio::time::timeout(FIRST_REPORT, look)).await {
        Ok(sight) => Ok(sight?),
        Err(_) => Err(Problem::Slow),
    }
}

/// Whether the object is being deleted and its status does not say so yet.
fn hides_deletion(record: &DNSRecord) -> bool {
    let status = record.status.as_ref();
    record.metadata.deletion_timestamp.is_some()
        && status.is_some_and(|status| condition::holds(&status.conditions, condition::READY))
}
