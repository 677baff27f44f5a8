//! Every crash point of the life of one record set, on the pure functions.

use super::{
    Call, Observed,
    observe::spot,
    place::{Place, Problem},
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
                normal: Some(super::observe::wanted(record)),
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
                ..seen(&super::observe::wanted(&record()), "x")
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

/// A record set of another owner, or of none, that this test makes by itself.
fn other(kind: dns::RecordType, value: &str, owner: Option<&str>) -> dns::Observed {
    let records = RecordSet {
        kind,
        values: vec![value.into()],
        ..super::observe::wanted(&record())
    };
    dns::Observed {
        owner: owner.map(Into::into),
        ..seen(&records, "x")
    }
}

#[test]
fn a_record_set_in_the_way_is_named_and_costs_one_status_and_no_call() {
    use dns::RecordType::{A, Aaaa, Cname, Txt};
    for (kind, owner, conflicts) in [
        (Cname, None, true),
        (A, None, true),
        (Aaaa, None, true),
        (Aaaa, Some("maquette/other/a/b"), true),
        (Txt, Some("maquette/other/a/b"), true),
        (Txt, None, false),
    ] {
        let (mut record, mut world) = (record(), World::default());
        world.live = Some(other(kind, "what.is.there", owner));
        let mut statuses = Vec::new();
        for _ in 0..4 {
            let observed = world.observe(&record);
            let plan = plan(&record, &observed, Timestamp::from_second(1).unwrap());
            assert_eq!(plan.calls.is_empty(), conflicts, "{kind:?} {owner:?}");
            let now = Timestamp::from_second(1).unwrap();
            let report = status(&record, &observed, &plan, &Results::default(), now);
            record.status = Some(report.status.clone());
            statuses.push(report);
        }
        if !conflicts {
            continue;
        }
        statuses.dedup_by(|one, other| one.status == other.status);
        assert_eq!(statuses.len(), 1, "the status varies: {statuses:#?}");
        let verdict = &statuses[0].verdict;
        assert_eq!(verdict.reason, "RecordConflict");
        assert!(
            verdict.message.contains("what.is.there"),
            "{}",
            verdict.message
        );
    }
}

/// The record after its provider answered `error` to each change, as often as it is reconciled.
fn refused(error: &PluginError) -> Vec<maquette_api::DNSRecordStatus> {
    let (mut record, world) = (record(), World::default());
    let mut written = Vec::new();
    for _ in 0..5 {
        let observed = world.observe(&record);
        let now = Timestamp::from_second(1).unwrap();
        let plan = plan(&record, &observed, now);
        let mut results = Results::default();
        for call in &plan.calls {
            let intended = intention(&record, &observed, &plan);
            let conditions = |status: &maquette_api::DNSRecordStatus| status.conditions.clone();
            let before = record.status.as_ref().map(conditions).unwrap_or_default();
            assert_eq!(
                intended.conditions, before,
                "an intention changes more than the ledger"
            );
            written.push(intended.clone());
            record.status = Some(intended);
            let answer = Err(LaneError::Refused(error.clone()));
            results.answers.push((call.clone(), answer));
        }
        let report = status(&record, &observed, &plan, &results, now);
        written.push(report.status.clone());
        record.status = Some(report.status);
    }
    written.dedup();
    written
}

#[test]
fn a_record_that_cannot_be_written_costs_two_statuses_and_then_none() {
    for error in [
        PluginError::Forbidden("read only".into()),
        PluginError::Invalid {
            path: "records".into(),
            message: "no".into(),
        },
        PluginError::Conflict(None),
        PluginError::RateLimited(Duration::from_millis(7)),
    ] {
        let written = refused(&error);
        assert_eq!(written.len(), 2, "{error}: {written:#?}");
    }
}

fn leaving(state: LedgerState) -> DNSRecord {
    let mut record = record();
    record.metadata.deletion_timestamp = Some(
        k8s_openapi::apimachinery::pkg::apis::meta::v1::Time(Timestamp::from_second(2).unwrap()),
    );
    record.status = Some(maquette_api::DNSRecordStatus {
        ledger: vec![LedgerEntry { state, ..entry() }],
        ..Default::default()
    });
    record
}

fn ends(record: &DNSRecord, observed: &Observed) -> bool {
    plan(record, observed, Timestamp::from_second(3).unwrap()).finalizer == Finalizer::Remove
}

#[test]
fn a_record_in_a_zone_that_does_not_exist_is_deleted_at_once() {
    let record = leaving(LedgerState::Intended);
    let mut observed = World::default().observe(&record);
    let missing = LaneError::Refused(PluginError::NotFound("zone".into()));
    observed
        .sights
        .insert(spot(&entry()), Err(Problem::Lane(missing)));
    assert!(ends(&record, &observed));
    // Of a record set that existed, the same answer may mean that the credential lost the zone.
    let record = leaving(LedgerState::Present);
    assert!(!ends(&record, &observed));
    let now = Timestamp::from_second(3).unwrap();
    let plan = plan(&record, &observed, now);
    let verdict = status(&record, &observed, &plan, &Results::default(), now).verdict;
    assert!(verdict.message.contains("zone"), "{}", verdict.message);
}

#[test]
fn a_record_for_which_no_call_was_made_is_deleted_at_once() {
    let record = leaving(LedgerState::Intended);
    let mut observed = World::default().observe(&record);
    observed
        .sights
        .insert(spot(&entry()), Err(Problem::Lane(LaneError::Closed)));
    assert!(!ends(&record, &observed));
    observed.recalled.never_asked = true;
    assert!(ends(&record, &observed));
}

#[test]
fn absence_is_not_believed_while_a_lost_call_may_still_succeed() {
    let record = leaving(LedgerState::Intended);
    let mut observed = World::default().observe(&record);
    observed.recalled.open_for = Some(Duration::from_secs(9));
    let waiting = plan(&record, &observed, Timestamp::from_second(3).unwrap());
    assert_eq!(waiting.finalizer, Finalizer::Keep);
    assert_eq!(waiting.again_in, Some(Duration::from_secs(9)));
    observed.recalled.open_for = None;
    assert!(ends(&record, &observed));
}

#[test]
fn a_record_is_abandoned_only_where_its_provider_cannot_be_used() {
    let mut record = leaving(LedgerState::Present);
    record.metadata.annotations =
        Some([("maquette.dev/abandon".to_owned(), "true".to_owned())].into());
    let mut world = World::default();
    world.live = Some(seen(&super::observe::wanted(&record), OWNER));
    let mut observed = world.observe(&record);
    assert!(!ends(&record, &observed), "the provider can remove it");
    observed.recalled.removal_failed = true;
    assert!(ends(&record, &observed));
    observed.recalled.removal_failed = false;
    observed
        .sights
        .insert(spot(&entry()), Err(Problem::Lane(LaneError::Closed)));
    assert!(ends(&record, &observed));
}

#[test]
fn a_record_that_is_right_stays_ready_while_its_provider_cannot_be_used() {
    let (mut record, mut world) = (record(), World::default());
    pass(&mut record, &mut world, 9);
    let right = record.status.clone();
    let missing = crate::controllers::access::Problem::NotReady {
        name: "corp".into(),
        message: "the Secret does not exist".into(),
        is_final: false,
    };
    let mut observed = world.observe(&record);
    observed.place = Some(Err(missing.into()));
    let said = |record: &DNSRecord, observed: &Observed| {
        let now = Timestamp::from_second(9).unwrap();
        let plan = plan(record, observed, now);
        status(record, observed, &plan, &Results::default(), now)
    };
    assert_eq!(
        Some(said(&record, &observed).status),
        right,
        "a short trouble is written"
    );
    observed.recalled.grace_over = true;
    let report = said(&record, &observed);
    record.status = Some(report.status);
    assert_eq!(ready(&record), "Ready");
    let conditions = &record.status.as_ref().unwrap().conditions;
    assert!(!maquette_api::condition::holds(conditions, "Verified"));
}
