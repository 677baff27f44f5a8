//! Every crash point of the life of one record set, on the pure functions.

mod trouble;

use super::{
    Call, Observed,
    observed::spot,
    place::Place,
    plan::plan,
    status::{intention, status},
};
use crate::{
    controllers::outside::Recalled,
    engine::{Finalizer, Results},
    providers::{LaneError, Sight},
};
use jiff::Timestamp;
use maquette_api::{DNSRecord, DNSRecordSpec, FINALIZER, LedgerEntry, LedgerState, RecordType};
use maquette_host::{
    PluginError,
    dns::{self, Change, RecordSet},
};
use std::{collections::BTreeMap, time::Duration};

const OWNER: &str = "maquette/uid/shop/web";

fn record() -> DNSRecord {
    let mut record = DNSRecord::new(
        "web",
        DNSRecordSpec {
            provider: "corp".into(),
            zone: Some("preview.test".into()),
            name: "web.preview.test".into(),
            kind: RecordType::A,
            values: vec!["198.18.0.1".into()],
            ttl: 60,
        },
    );
    record.metadata.namespace = Some("shop".into());
    record.metadata.generation = Some(1);
    record.metadata.finalizers = Some(vec![FINALIZER.into()]);
    record
}

fn entry() -> LedgerEntry {
    LedgerEntry {
        provider: "corp".into(),
        zone: "preview.test".into(),
        name: "web.preview.test".into(),
        kind: RecordType::A,
        state: LedgerState::Intended,
        etag: None,
    }
}

/// A provider that keeps at most the one record set.
#[derive(Default)]
struct World {
    live: Option<dns::Observed>,
}

impl World {
    fn observe(&self, record: &DNSRecord) -> Observed {
        let deleting = record.metadata.deletion_timestamp.is_some();
        let mut sights = BTreeMap::new();
        if !deleting || !super::ledger(record).is_empty() {
            let sight = Sight {
                live: self.live.iter().cloned().collect(),
                normal: Some(super::observed::wanted(record)),
            };
            sights.insert(spot(&entry()), Ok(sight));
        }
        Observed {
            owner: OWNER.into(),
            place: (!deleting).then(|| {
                Ok(Place {
                    entry: entry(),
                    interval: Duration::from_mins(1),
                })
            }),
            sights,
            fresh: false,
            recalled: Recalled::default(),
        }
    }

    fn call(&mut self, call: &Call) -> Result<String, LaneError> {
        let foreign = self
            .live
            .as_ref()
            .and_then(|l| l.owner.clone())
            .filter(|o| o != OWNER);
        if foreign.is_some() {
            return Err(LaneError::Refused(PluginError::Conflict(foreign)));
        }
        self.live = match &call.change {
            Change::Create(c) => Some(seen(&c.records, &c.owner)),
            Change::Replace(r) => Some(seen(&r.records, &r.owner)),
            Change::Delete(_) => None,
        };
        Ok("e1".into())
    }
}

fn seen(records: &RecordSet, owner: &str) -> dns::Observed {
    dns::Observed {
        records: records.clone(),
        owner: Some(owner.into()),
        etag: "e1".into(),
    }
}

/// One pass that dies after `steps` of: ledger write, call, status write. Returns whether the object is gone.
fn pass(record: &mut DNSRecord, world: &mut World, steps: usize) -> bool {
    let observed = world.observe(record);
    let now = Timestamp::from_second(1).unwrap();
    let plan = plan(record, &observed, now);
    let mut results = Results::default();
    let mut budget = steps;
    let mut spend = || {
        let left = budget > 0;
        budget = budget.saturating_sub(1);
        left
    };
    if !plan.calls.is_empty() {
        if !spend() {
            return false;
        }
        record.status = Some(intention(record, &observed, &plan));
    }
    for call in &plan.calls {
        if !spend() {
            return false;
        }
        let recorded = record
            .status
            .as_ref()
            .unwrap()
            .ledger
            .iter()
            .any(|e| e.name == call.entry.name);
        assert!(recorded, "a call without an entry in the ledger");
        results.answers.push((call.clone(), world.call(call)));
    }
    if !spend() {
        return false;
    }
    if plan.finalizer == Finalizer::Remove {
        return true;
    }
    record.status = Some(status(record, &observed, &plan, &results, now).status);
    false
}

fn ready(record: &DNSRecord) -> String {
    let conditions = &record.status.as_ref().unwrap().conditions;
    maquette_api::condition::find(conditions, "Ready")
        .unwrap()
        .reason
        .clone()
}

#[test]
fn every_crash_while_creating_and_deleting_leaves_neither_orphan_nor_duplicate() {
    for first in 0..4 {
        for second in 0..4 {
            let (mut record, mut world) = (record(), World::default());
            pass(&mut record, &mut world, first);
            pass(&mut record, &mut world, second);
            pass(&mut record, &mut world, 9);
            assert_eq!(
                ready(&record),
                "Ready",
                "after crashes at {first} and {second}"
            );
            assert!(world.live.is_some());
            record.metadata.deletion_timestamp =
                Some(k8s_openapi::apimachinery::pkg::apis::meta::v1::Time(
                    Timestamp::from_second(2).unwrap(),
                ));
            pass(&mut record, &mut world, first);
            pass(&mut record, &mut world, second);
            let gone = (0..3).any(|_| pass(&mut record, &mut world, 9));
            assert!(
                gone && world.live.is_none(),
                "after crashes at {first} and {second}"
            );
        }
    }
}

#[test]
fn a_record_set_that_somebody_else_owns_is_never_changed_and_never_in_the_ledger() {
    for owner in [Some("maquette/other/a/b".to_owned()), None] {
        let mut world = World {
            live: Some(dns::Observed {
                owner: owner.clone(),
                ..seen(&super::observed::wanted(&record()), "x")
            }),
        };
        let mut record = record();
        let before = world.live.clone();
        for _ in 0..3 {
            pass(&mut record, &mut world, 9);
        }
        assert_eq!(ready(&record), "RecordConflict");
        assert_eq!(world.live, before);
        assert!(record.status.as_ref().unwrap().ledger.is_empty());
        record.metadata.deletion_timestamp =
            Some(k8s_openapi::apimachinery::pkg::apis::meta::v1::Time(
                Timestamp::from_second(2).unwrap(),
            ));
        assert!(pass(&mut record, &mut world, 9));
        assert_eq!(world.live, before);
    }
}

#[test]
fn a_manual_change_is_reverted_and_reported() {
    let (mut record, mut world) = (record(), World::default());
    pass(&mut record, &mut world, 9);
    world.live.as_mut().unwrap().records.values = vec!["203.0.113.9".into()];
    let observed = world.observe(&record);
    let plan = plan(&record, &observed, Timestamp::from_second(1).unwrap());
    assert_eq!(
        plan.notices.iter().map(|n| n.reason).collect::<Vec<_>>(),
        ["DriftRepaired"]
    );
    pass(&mut record, &mut world, 9);
    assert_eq!(world.live.unwrap().records.values, ["198.18.0.1"]);
}

#[test]
fn an_alias_takes_the_place_of_addresses_in_one_batch_and_other_types_come_before_the_old_goes() {
    for (from, to, expected) in [
        (
            RecordType::A,
            RecordType::Cname,
            &["delete A", "create Cname"][..],
        ),
        (
            RecordType::Cname,
            RecordType::Aaaa,
            &["delete Cname", "create Aaaa"],
        ),
        (RecordType::A, RecordType::Aaaa, &["create Aaaa"]),
    ] {
        let (mut record, mut world) = (record(), World::default());
        record.spec.kind = from;
        pass(&mut record, &mut world, 9);
        record.status.as_mut().unwrap().ledger[0].kind = from;
        record.metadata.generation = Some(2);
        record.spec.kind = to;
        let mut observed = world.observe(&record);
        observed
            .place
            .as_mut()
            .unwrap()
            .as_mut()
            .unwrap()
            .entry
            .kind = to;

        let plan = plan(&record, &observed, Timestamp::from_second(1).unwrap());

        let told = |call: &Call| match &call.change {
            Change::Create(_) => format!("create {:?}", call.entry.kind),
            Change::Replace(_) => format!("replace {:?}", call.entry.kind),
            Change::Delete(_) => format!("delete {:?}", call.entry.kind),
        };
        assert_eq!(plan.calls.iter().map(told).collect::<Vec<_>>(), expected);
        assert!(plan.notices.is_empty(), "nobody else changed anything");
    }
}

#[test]
fn at_rest_the_status_stays_as_it_is() {
    let (mut record, mut world) = (record(), World::default());
    pass(&mut record, &mut world, 9);
    let settled = record.status.clone();
    pass(&mut record, &mut world, 9);
    assert_eq!(record.status, settled);
}
