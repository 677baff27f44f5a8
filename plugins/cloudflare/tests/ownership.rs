//! The rules of `wit/dns.wit` about who may change what, against the stand-in for Cloudflare.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod support;

use cloudflare::Cloudflare;
use maquette_sdk::dns::{Observed, RecordType};
use maquette_sdk::{Dns as _, Error};
use support::{Plugin, StandIn, ZONE, a, cname, create, delete, replace, txt};

const OURS: &str = "cluster/DNSRecord/shop/web";
const THEIRS: &str = "cluster/DNSRecord/shop/other";
const NAME: &str = "a.preview.test";
const MARK: &str = "_mq-a.a.preview.test";
const CLAIM: &str = "\"maquette/v1 claim\"";

fn mark(owner: &str) -> String {
    format!("\"maquette/v1 owner={owner}\"")
}

#[test]
fn a_created_record_set_has_its_mark_beside_it_in_the_same_batch() {
    let stand_in = StandIn::start();
    let plugin = Plugin::of(&stand_in);
    let set = a(NAME, &["192.0.2.2", "192.0.2.1"]);
    let etag = plugin.change(create(set.clone(), OURS)).unwrap();
    assert_eq!(stand_in.writes(), 1);
    assert_eq!(stand_in.stored(MARK, "TXT"), [CLAIM, &mark(OURS)]);
    let records = plugin.normalize(set).unwrap();
    let seen = Observed {
        records,
        owner: Some(OURS.into()),
        etag,
    };
    assert_eq!(plugin.observe(&[NAME]), Ok(vec![seen]));
    assert_eq!(plugin.observe(&[MARK]), Ok(vec![]));
}

#[test]
fn applying_the_same_changes_twice_writes_once() {
    let stand_in = StandIn::start();
    let plugin = Plugin::of(&stand_in);
    let make = || create(a(NAME, &["192.0.2.1"]), OURS);
    let created = plugin.change(make()).unwrap();
    assert_eq!(plugin.change(make()), Ok(created.clone()));
    let change = || replace(a(NAME, &["192.0.2.9"]), OURS, &created);
    let replaced = plugin.change(change()).unwrap();
    assert_eq!(plugin.change(change()), Ok(replaced.clone()));
    assert_eq!(plugin.etag(NAME), replaced);
    for _ in 0..2 {
        assert_eq!(
            plugin.change(delete(NAME, RecordType::A, OURS)),
            Ok(String::new())
        );
    }
    assert_eq!(stand_in.writes(), 3);
    assert!(stand_in.records(NAME).is_empty() && stand_in.records(MARK).is_empty());
    assert_eq!(plugin.change(make()), Ok(created));
}

#[test]
fn what_is_unmarked_or_anothers_is_never_changed_and_the_owner_is_named() {
    let stand_in = StandIn::start();
    let plugin = Plugin::of(&stand_in);
    for owner in [None, Some(THEIRS)] {
        stand_in.by_hand(NAME, "A", &["192.0.2.7"]);
        if let Some(owner) = owner {
            stand_in.by_hand(MARK, "TXT", &[&mark(owner)]);
        }
        let etag = plugin.etag(NAME);
        for change in [
            create(a(NAME, &["192.0.2.1"]), OURS),
            create(a(NAME, &["192.0.2.7"]), OURS),
            replace(a(NAME, &["192.0.2.1"]), OURS, &etag),
            delete(NAME, RecordType::A, OURS),
        ] {
            assert_eq!(plugin.change(change), Err(Error::conflict(owner)));
        }
    }
    assert_eq!(stand_in.writes(), 0);
}

#[test]
fn two_owner_marks_are_a_conflict_for_both() {
    let stand_in = StandIn::start();
    let plugin = Plugin::of(&stand_in);
    stand_in.by_hand(NAME, "A", &["192.0.2.7"]);
    stand_in.by_hand(MARK, "TXT", &[&mark(OURS), &mark(THEIRS)]);
    for (owner, other) in [(OURS, THEIRS), (THEIRS, OURS)] {
        assert_eq!(
            plugin.change(delete(NAME, RecordType::A, owner)),
            Err(Error::conflict(Some(other)))
        );
    }
}

#[test]
fn a_mark_without_its_record_set_is_its_owners_to_repair_and_nobody_elses() {
    let stand_in = StandIn::start();
    let plugin = Plugin::of(&stand_in);
    stand_in.by_hand(MARK, "TXT", &[&mark(OURS)]);
    let seen = plugin.observe(&[NAME]).unwrap();
    assert_eq!(seen[0].owner.as_deref(), Some(OURS));
    assert!(seen[0].records.values.is_empty());
    let make = |owner| plugin.change(create(a(NAME, &["192.0.2.1"]), owner));
    assert_eq!(make(THEIRS), Err(Error::conflict(Some(OURS))));
    let etag = make(OURS).unwrap();
    assert_eq!(plugin.etag(NAME), etag);

    stand_in.by_hand(NAME, "A", &[]);
    assert_eq!(
        plugin.change(delete(NAME, RecordType::A, OURS)),
        Ok(String::new())
    );
    assert!(stand_in.records(MARK).is_empty());
}

#[test]
fn a_record_set_that_was_changed_by_hand_conflicts_with_the_old_etag_and_is_repaired_with_the_new_one()
 {
    let stand_in = StandIn::start();
    let plugin = Plugin::of(&stand_in);
    let etag = plugin
        .change(create(a(NAME, &["192.0.2.1"]), OURS))
        .unwrap();
    stand_in.by_hand(NAME, "A", &["192.0.2.66"]);
    let drifted = plugin.etag(NAME);
    let repair = |expect: &str| plugin.change(replace(a(NAME, &["192.0.2.1"]), OURS, expect));
    assert_eq!(
        plugin.change(replace(a(NAME, &["192.0.2.2"]), OURS, &etag)),
        Err(Error::conflict(Some(OURS)))
    );
    assert_eq!(repair(&drifted), Ok(etag));
}

#[test]
fn a_claim_that_was_left_behind_keeps_nobody_away() {
    let stand_in = StandIn::start();
    let plugin = Plugin::of(&stand_in);
    stand_in.by_hand(MARK, "TXT", &[CLAIM]);
    assert_eq!(plugin.observe(&[NAME]), Ok(vec![]));
    let etag = plugin
        .change(create(a(NAME, &["192.0.2.1"]), OURS))
        .unwrap();
    assert_eq!(plugin.etag(NAME), etag);
    assert_eq!(stand_in.stored(MARK, "TXT"), [CLAIM, &mark(OURS)]);
}

#[test]
fn what_stays_keeps_its_identifier_and_what_people_wrote_beside_a_mark_stays() {
    let stand_in = StandIn::start();
    let plugin = Plugin::of(&stand_in);
    let etag = plugin
        .change(create(a(NAME, &["192.0.2.1", "192.0.2.2"]), OURS))
        .unwrap();
    let id = |value: &str| {
        let records = stand_in.records(NAME);
        let found = records.iter().find(|one| one["content"] == value);
        found.map(|one| one["id"].clone())
    };
    let before = id("192.0.2.1");
    stand_in.by_hand(MARK, "TXT", &[CLAIM, &mark(OURS), "\"a note\""]);
    let change = replace(a(NAME, &["192.0.2.1", "192.0.2.3"]), OURS, &etag);
    plugin.change(change).unwrap();
    assert_eq!(id("192.0.2.1"), before);
    assert_eq!(
        stand_in.stored(MARK, "TXT"),
        ["\"a note\"", CLAIM, &mark(OURS)]
    );
}

#[test]
fn an_alias_and_other_records_exclude_each_other_and_one_batch_can_swap_them() {
    let stand_in = StandIn::start();
    let plugin = Plugin::of(&stand_in);
    let alias = || create(cname(NAME, "b.preview.test"), OURS);
    plugin
        .change(create(a(NAME, &["192.0.2.1"]), OURS))
        .unwrap();
    assert_eq!(plugin.change(alias()), Err(Error::conflict(Some(OURS))));
    let outcomes = plugin
        .apply([alias(), delete(NAME, RecordType::A, OURS)])
        .unwrap();
    assert_eq!(outcomes, [Ok(plugin.etag(NAME)), Ok(String::new())]);
    assert_eq!(stand_in.writes(), 2);
}

#[test]
fn one_batch_can_hand_a_record_set_from_one_owner_to_another() {
    let stand_in = StandIn::start();
    let plugin = Plugin::of(&stand_in);
    plugin
        .change(create(a(NAME, &["192.0.2.1"]), THEIRS))
        .unwrap();
    let outcomes = plugin
        .apply([
            delete(NAME, RecordType::A, THEIRS),
            create(a(NAME, &["192.0.2.1"]), OURS),
        ])
        .unwrap();
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    let seen = plugin.observe(&[NAME]).unwrap();
    assert_eq!(seen[0].owner.as_deref(), Some(OURS));
}

#[test]
fn nobody_can_write_himself_a_mark_through_the_plugin() {
    let stand_in = StandIn::start();
    let forged = create(txt(MARK, &["maquette/v1 owner=x"]), OURS);
    let outcome = Plugin::of(&stand_in).change(forged);
    assert!(matches!(outcome, Err(Error::Invalid(error)) if error.path == "records.name"));
    assert_eq!(stand_in.writes(), 0);
}

#[test]
fn what_is_owned_is_listed_over_every_page_and_nothing_else() {
    let stand_in = StandIn::start();
    let plugin = Plugin::of(&stand_in);
    stand_in.by_hand("foreign.preview.test", "A", &["192.0.2.7"]);
    plugin
        .change(create(
            a("elsewhere.preview.test", &["192.0.2.1"]),
            "another-cluster/x",
        ))
        .unwrap();
    let names: Vec<String> = (0..400).map(|n| format!("n{n:03}.preview.test")).collect();
    let changes = names
        .iter()
        .map(|name| create(a(name, &["192.0.2.1"]), OURS));
    let outcomes = plugin.apply(changes).unwrap();
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    let page = Cloudflare
        .list_owned(&plugin.context(), ZONE, "cluster/", None)
        .unwrap();
    let listed: Vec<&str> = page
        .items
        .iter()
        .map(|item| item.records.name.as_str())
        .collect();
    assert_eq!(listed, names);
    assert_eq!(page.next, None);
}
