//! The same plugin at a real Knot DNS: what depends on how a server keeps RFC 2136.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod support;

use std::sync::atomic::{AtomicUsize, Ordering};

use maquette_sdk::dns::RecordType;
use maquette_sdk::{Dns as _, Error};
use rfc2136::Rfc2136;
use support::{Action, Knot, Proxy, ZONE, a, aaaa, at, cname, create, delete, replace, txt};

const OURS: &str = "cluster/DNSRecord/shop/web";
const THEIRS: &str = "cluster/DNSRecord/shop/other";
const NAME: &str = "a.preview.test";

#[test]
fn a_record_set_is_made_changed_and_removed_by_its_owner_alone() {
    let knot = Knot::start();
    let proxy = Proxy::dns(knot.port, |_| Action::Forward);
    let plugin = at(proxy.url());
    assert_eq!(Rfc2136.zones(&plugin.context()).unwrap()[0].name, ZONE);
    let etag = plugin
        .change(create(a(NAME, &["192.0.2.1"]), OURS))
        .unwrap();
    assert_eq!(plugin.etag(NAME), etag);
    let again = plugin.change(create(a(NAME, &["192.0.2.1"]), OURS));
    assert_eq!(again, Ok(etag.clone()));
    for change in [
        create(a(NAME, &["192.0.2.2"]), THEIRS),
        replace(a(NAME, &["192.0.2.2"]), THEIRS, &etag),
        delete(NAME, RecordType::A, THEIRS),
    ] {
        assert_eq!(plugin.change(change), Err(Error::conflict(Some(OURS))));
    }
    let replaced = plugin
        .change(replace(a(NAME, &["192.0.2.2"]), OURS, &etag))
        .unwrap();
    assert_eq!(plugin.etag(NAME), replaced);
    assert_eq!(
        plugin.change(delete(NAME, RecordType::A, OURS)),
        Ok(String::new())
    );
    assert_eq!(plugin.observe(&[NAME]), Ok(vec![]));
    assert_eq!(proxy.count("UPDATE"), 3);
}

#[test]
fn a_lost_race_is_a_conflict_that_names_the_winner() {
    let knot = Knot::start();
    let intruder = at(knot.url());
    let updates = AtomicUsize::new(0);
    let proxy = Proxy::dns(knot.port, move |kind| {
        if kind == "UPDATE" && updates.fetch_add(1, Ordering::AcqRel) == 0 {
            intruder
                .change(create(a(NAME, &["192.0.2.9"]), THEIRS))
                .unwrap();
        }
        Action::Forward
    });
    let outcome = at(proxy.url()).change(create(a(NAME, &["192.0.2.1"]), OURS));
    assert_eq!(outcome, Err(Error::conflict(Some(THEIRS))));
}

#[test]
fn an_alias_takes_the_place_of_addresses_in_one_batch_and_is_not_claimed_beside_others() {
    let knot = Knot::start();
    let plugin = at(knot.url());
    let sets = [a(NAME, &["192.0.2.1"]), aaaa(NAME, &["2001:db8::1"])];
    let outcomes = plugin.apply(sets.map(|set| create(set, OURS))).unwrap();
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    let beside = plugin.change(create(cname(NAME, "b.preview.test"), OURS));
    assert_eq!(beside, Err(Error::conflict(Some(OURS))));
    let outcomes = plugin
        .apply([
            create(cname(NAME, "b.preview.test"), OURS),
            delete(NAME, RecordType::A, OURS),
            delete(NAME, RecordType::Aaaa, OURS),
        ])
        .unwrap();
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    let seen = plugin.observe(&[NAME]).unwrap();
    assert_eq!((seen.len(), seen[0].records.kind), (1, RecordType::Cname));
    assert_eq!(outcomes[0], Ok(seen[0].etag.clone()));
}

#[test]
fn what_was_applied_never_looks_changed() {
    let knot = Knot::start();
    let plugin = at(knot.url());
    let long = "x".repeat(600);
    for (number, set) in [
        a("", &["192.0.2.2", "192.0.2.1"]),
        aaaa("", &["2001:DB8::1"]),
        cname("", "Target.Example.ORG."),
        txt("", &["", "with \"quotes\" and \\", "ümlaut ✓", &long]),
    ]
    .into_iter()
    .enumerate()
    {
        for name in [format!("n{number}.{ZONE}"), format!("*.n{number}.{ZONE}")] {
            let mut set = set.clone();
            set.name.clone_from(&name);
            let etag = plugin.change(create(set.clone(), OURS)).unwrap();
            let seen = plugin.observe(&[&name]).unwrap().remove(0);
            assert_eq!(seen.records, plugin.normalize(set).unwrap());
            assert_eq!(seen.etag, etag);
        }
    }
}

#[test]
fn a_wrong_key_is_unauthorized() {
    let knot = Knot::start();
    for key in [
        "hmac-sha256:maquette-key:d3JvbmctY2FuYXJ5",
        "hmac-sha256:nobody:d3JvbmctY2FuYXJ5",
    ] {
        let plugin = at(knot.url()).with_credential(key);
        let observed = plugin.observe(&[NAME]);
        assert!(
            matches!(observed, Err(Error::Unauthorized(_))),
            "{key}: {observed:?}"
        );
    }
}

#[test]
fn a_batch_of_hundreds_is_listed_again_to_its_end() {
    let knot = Knot::start();
    let plugin = at(knot.url());
    let names: Vec<String> = (0..300).map(|n| format!("n{n:03}.{ZONE}")).collect();
    let outcomes = plugin
        .apply(
            names
                .iter()
                .map(|name| create(a(name, &["192.0.2.1"]), OURS)),
        )
        .unwrap();
    assert!(outcomes.iter().all(Result::is_ok));
    let page = Rfc2136
        .list_owned(&plugin.context(), ZONE, "cluster/", None)
        .unwrap();
    let listed: Vec<String> = page
        .items
        .into_iter()
        .map(|item| item.records.name)
        .collect();
    assert_eq!(listed, names);
}
