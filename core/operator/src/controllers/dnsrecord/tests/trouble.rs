//! Records that cannot be written, removed or verified.

use super::*;
use crate::controllers::dnsrecord::place::Problem;

/// The mark of another record of the workspace.
const SIBLING: &str = "maquette/uid/shop/web-ipv6";

/// A record set of another owner, or of none, that this test makes by itself.
fn other(kind: dns::RecordType, value: &str, owner: Option<&str>) -> dns::Observed {
    let records = RecordSet {
        kind,
        values: vec![value.into()],
        ..super::super::observed::wanted(&record())
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
        // The other addresses of one workspace's host.
        (Aaaa, Some(SIBLING), false),
        (Cname, Some(SIBLING), true),
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
    let world = World {
        live: Some(seen(&super::super::observed::wanted(&record), OWNER)),
    };
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

#[test]
fn a_deletion_is_reported_before_a_slow_provider_answers_and_is_continued_at_once() {
    let record = leaving(LedgerState::Present);
    let mut observed = World::default().observe(&record);
    observed.sights.insert(spot(&entry()), Err(Problem::Slow));
    let now = Timestamp::from_second(3).unwrap();
    let plan = plan(&record, &observed, now);
    assert_eq!(plan.finalizer, Finalizer::Keep);
    assert!(
        plan.again_in
            .is_some_and(|again| again < Duration::from_secs(1))
    );
    let verdict = status(&record, &observed, &plan, &Results::default(), now).verdict;
    assert_eq!(verdict.reason, "Terminating");
    assert!(
        verdict.message.contains("has not answered"),
        "{}",
        verdict.message
    );
}
