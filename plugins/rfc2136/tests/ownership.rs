//! The rules of `wit/dns.wit` about who may change what, against a real BIND 9.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod support;

use std::sync::atomic::{AtomicUsize, Ordering};

use maquette_sdk::dns::{Observed, RecordType};
use maquette_sdk::{Dns as _, Error};
use rfc2136::Rfc2136;
use support::{Action, Bind, Plugin, Proxy, a, aaaa, cname, create, delete, replace, txt};

const OURS: &str = "cluster/DNSRecord/shop/web";
const THEIRS: &str = "cluster/DNSRecord/shop/other";
const NAME: &str = "a.preview.test";

fn stored_mark(kind: &str, owner: &str) -> String {
    format!("_mq-{kind}.{NAME}. 300 IN TXT \"maquette/v1 owner={owner}\"")
}

#[test]
fn a_created_record_set_carries_its_owner_and_is_observed_as_applied() {
    let bind = Bind::start();
    let plugin = Plugin::at(bind.url());
    let set = a(NAME, &["192.0.2.2", "192.0.2.1"]);
    let etag = plugin.change(create(set.clone(), OURS)).unwrap();
    let records = plugin.normalize(set).unwrap();
    let expected = Observed {
        records,
        owner: Some(OURS.into()),
        etag,
    };
    assert_eq!(plugin.observe(&[NAME]).unwrap(), [expected]);
    assert_eq!(
        bind.stored(NAME),
        [
            stored_mark("a", OURS),
            format!("{NAME}. 60 IN A 192.0.2.1"),
            format!("{NAME}. 60 IN A 192.0.2.2"),
        ]
    );
}

#[test]
fn the_owner_mark_is_written_with_the_record_set_in_one_update() {
    let bind = Bind::start();
    let proxy = Proxy::start(bind.port, |_| Action::Forward);
    let before = bind.serial();
    Plugin::at(proxy.url())
        .change(create(a(NAME, &["192.0.2.1"]), OURS))
        .unwrap();
    assert_eq!(proxy.messages(), ["AXFR", "UPDATE"]);
    assert_eq!(bind.serial(), before + 1);
}

#[test]
fn applying_the_same_changes_twice_writes_once() {
    let bind = Bind::start();
    let proxy = Proxy::start(bind.port, |_| Action::Forward);
    let plugin = Plugin::at(proxy.url());
    let created = plugin
        .change(create(a(NAME, &["192.0.2.1"]), OURS))
        .unwrap();
    let again = plugin.change(create(a(NAME, &["192.0.2.1"]), OURS));
    assert_eq!(again, Ok(created.clone()));

    let change = || replace(a(NAME, &["192.0.2.9"]), OURS, &created);
    let replaced = plugin.change(change()).unwrap();
    assert_eq!(plugin.change(change()), Ok(replaced.clone()));
    assert_ne!(created, replaced);
    assert_eq!(plugin.etag(NAME), replaced);

    for _ in 0..2 {
        assert_eq!(
            plugin.change(delete(NAME, RecordType::A, OURS)),
            Ok(String::new())
        );
    }
    assert_eq!(proxy.count("UPDATE"), 3);
    assert!(bind.stored(NAME).is_empty());
}

#[test]
fn deleting_what_is_absent_succeeds_without_a_write() {
    let bind = Bind::start();
    let before = bind.serial();
    let outcome = Plugin::at(bind.url()).change(delete(NAME, RecordType::A, OURS));
    assert_eq!(outcome, Ok(String::new()));
    assert_eq!(bind.serial(), before);
}

#[test]
fn what_has_no_owner_mark_is_never_changed() {
    let bind = Bind::start();
    let plugin = Plugin::at(bind.url());
    bind.by_hand(&format!("update add {NAME}. 60 A 192.0.2.7"));
    let (before, etag) = (bind.serial(), plugin.etag(NAME));
    for change in [
        create(a(NAME, &["192.0.2.1"]), OURS),
        create(a(NAME, &["192.0.2.7"]), OURS),
        replace(a(NAME, &["192.0.2.1"]), OURS, &etag),
        delete(NAME, RecordType::A, OURS),
    ] {
        let outcome = plugin.change(change.clone());
        assert_eq!(outcome, Err(Error::Conflict(None)), "{change:?}");
    }
    assert_eq!(bind.serial(), before);
    assert_eq!(plugin.observe(&[NAME]).unwrap()[0].owner, None);
}

#[test]
fn what_another_owns_is_never_changed_and_the_owner_is_named() {
    let bind = Bind::start();
    let plugin = Plugin::at(bind.url());
    let etag = plugin
        .change(create(a(NAME, &["192.0.2.7"]), THEIRS))
        .unwrap();
    let before = bind.serial();
    for change in [
        create(a(NAME, &["192.0.2.1"]), OURS),
        create(a(NAME, &["192.0.2.7"]), OURS),
        replace(a(NAME, &["192.0.2.1"]), OURS, &etag),
        delete(NAME, RecordType::A, OURS),
    ] {
        let outcome = plugin.change(change.clone());
        assert_eq!(outcome, Err(Error::conflict(Some(THEIRS))), "{change:?}");
    }
    assert_eq!(bind.serial(), before);
}

#[test]
fn a_lost_race_is_a_conflict_that_names_the_winner_and_costs_the_batch_nothing() {
    let bind = Bind::start();
    let intruder = Plugin::at(bind.url());
    let updates = AtomicUsize::new(0);
    // The other writer comes after our look at the zone and right before our write.
    let proxy = Proxy::start(bind.port, move |kind| {
        if kind == "UPDATE" && updates.fetch_add(1, Ordering::AcqRel) == 0 {
            intruder
                .change(create(a(NAME, &["192.0.2.9"]), THEIRS))
                .unwrap();
        }
        Action::Forward
    });
    let outcomes = Plugin::at(proxy.url())
        .apply([
            create(a(NAME, &["192.0.2.1"]), OURS),
            create(a("b.preview.test", &["192.0.2.1"]), OURS),
        ])
        .unwrap();
    let direct = Plugin::at(bind.url());
    assert_eq!(
        outcomes,
        [
            Err(Error::conflict(Some(THEIRS))),
            Ok(direct.etag("b.preview.test"))
        ]
    );
    let seen = direct.observe(&[NAME]).unwrap();
    assert_eq!(seen[0].records.values, ["192.0.2.9"]);
}

#[test]
fn a_change_by_hand_between_look_and_write_is_not_overwritten() {
    let bind = Bind::start();
    let plugin = Plugin::at(bind.url());
    let etag = plugin
        .change(create(a(NAME, &["192.0.2.1"]), OURS))
        .unwrap();
    let (updates, to) = (AtomicUsize::new(0), bind.port);
    std::thread::scope(|_| {
        let bind = &bind;
        let hand = std::sync::Arc::new(std::sync::Mutex::new(Vec::<String>::new()));
        let said = hand.clone();
        let intruder = Plugin::at(bind.url());
        let proxy = Proxy::start(to, move |kind| {
            if kind == "UPDATE" && updates.fetch_add(1, Ordering::AcqRel) == 0 {
                let etag = intruder.etag(NAME);
                let change = replace(a(NAME, &["192.0.2.66"]), OURS, &etag);
                said.lock().unwrap().push(intruder.change(change).unwrap());
            }
            Action::Forward
        });
        let outcome = Plugin::at(proxy.url()).change(replace(a(NAME, &["192.0.2.2"]), OURS, &etag));
        assert_eq!(outcome, Err(Error::conflict(Some(OURS))));
        assert_eq!(plugin.etag(NAME), hand.lock().unwrap()[0]);
    });
}

#[test]
fn two_owner_marks_are_a_conflict_for_both() {
    let bind = Bind::start();
    let plugin = Plugin::at(bind.url());
    bind.by_hand(&format!(
        "update add {NAME}. 60 A 192.0.2.7\n\
         update add _mq-a.{NAME}. 300 TXT \"maquette/v1 owner={OURS}\"\n\
         update add _mq-a.{NAME}. 300 TXT \"maquette/v1 owner={THEIRS}\""
    ));
    for (one, other) in [(OURS, THEIRS), (THEIRS, OURS)] {
        let outcome = plugin.change(delete(NAME, RecordType::A, one));
        assert_eq!(outcome, Err(Error::conflict(Some(other))));
    }
}

#[test]
fn a_mark_without_its_record_set_is_its_owners_to_repair_and_nobody_elses() {
    let bind = Bind::start();
    let plugin = Plugin::at(bind.url());
    let only_mark = || {
        bind.by_hand(&format!(
            "update delete {NAME}. A\nupdate delete _mq-a.{NAME}. TXT\n\
             update add _mq-a.{NAME}. 300 TXT \"maquette/v1 owner={OURS}\""
        ));
    };
    only_mark();
    let seen = plugin.observe(&[NAME]).unwrap();
    assert_eq!(
        (seen[0].owner.as_deref(), seen[0].records.values.len()),
        (Some(OURS), 0)
    );
    let outcome = plugin.change(create(a(NAME, &["192.0.2.1"]), THEIRS));
    assert_eq!(outcome, Err(Error::conflict(Some(OURS))));
    let etag = plugin
        .change(create(a(NAME, &["192.0.2.1"]), OURS))
        .unwrap();
    assert_eq!(plugin.etag(NAME), etag);

    only_mark();
    let change = replace(a(NAME, &["192.0.2.2"]), OURS, &plugin.etag(NAME));
    let replaced = plugin.change(change).unwrap();
    assert_eq!(plugin.etag(NAME), replaced);

    only_mark();
    assert_eq!(
        plugin.change(delete(NAME, RecordType::A, OURS)),
        Ok(String::new())
    );
    assert!(bind.stored(NAME).is_empty());
}

#[test]
fn a_text_of_somebody_else_where_the_mark_belongs_is_a_conflict() {
    let bind = Bind::start();
    let plugin = Plugin::at(bind.url());
    bind.by_hand(&format!("update add _mq-a.{NAME}. 300 TXT \"keep out\""));
    let outcome = plugin.change(create(a(NAME, &["192.0.2.1"]), OURS));
    assert_eq!(outcome, Err(Error::Conflict(None)));
}

#[test]
fn a_record_set_that_was_changed_by_hand_conflicts_with_the_old_etag_and_is_repaired_with_the_new_one()
 {
    let bind = Bind::start();
    let plugin = Plugin::at(bind.url());
    let etag = plugin
        .change(create(a(NAME, &["192.0.2.1"]), OURS))
        .unwrap();
    bind.by_hand(&format!("update add {NAME}. 60 A 192.0.2.66"));
    let drifted = plugin.etag(NAME);
    assert_ne!(drifted, etag);
    let outcome = plugin.change(replace(a(NAME, &["192.0.2.2"]), OURS, &etag));
    assert_eq!(outcome, Err(Error::conflict(Some(OURS))));
    let repaired = plugin.change(replace(a(NAME, &["192.0.2.1"]), OURS, &drifted));
    assert_eq!(repaired, Ok(etag));
    assert_eq!(bind.stored(NAME).len(), 2);
}

#[test]
fn replacing_what_is_gone_is_a_conflict() {
    let bind = Bind::start();
    let plugin = Plugin::at(bind.url());
    let etag = plugin
        .change(create(a(NAME, &["192.0.2.1"]), OURS))
        .unwrap();
    plugin.change(delete(NAME, RecordType::A, OURS)).unwrap();
    let outcome = plugin.change(replace(a(NAME, &["192.0.2.2"]), OURS, &etag));
    assert_eq!(outcome, Err(Error::Conflict(None)));
    assert!(bind.stored(NAME).is_empty());
}

#[test]
fn an_alias_and_other_records_exclude_each_other_and_the_owner_in_the_way_is_named() {
    let bind = Bind::start();
    let proxy = Proxy::start(bind.port, |_| Action::Forward);
    let plugin = Plugin::at(proxy.url());
    plugin
        .change(create(a(NAME, &["192.0.2.1"]), THEIRS))
        .unwrap();
    let outcome = plugin.change(create(cname(NAME, "b.preview.test"), OURS));
    assert_eq!(outcome, Err(Error::conflict(Some(THEIRS))));
    plugin
        .change(create(cname("c.preview.test", "b.preview.test"), THEIRS))
        .unwrap();
    let outcome = plugin.change(create(a("c.preview.test", &["192.0.2.1"]), OURS));
    assert_eq!(outcome, Err(Error::conflict(Some(THEIRS))));
    bind.by_hand("update add mail.preview.test. 60 MX 10 a.b.");
    let outcome = plugin.change(create(cname("mail.preview.test", "b.preview.test"), OURS));
    assert_eq!(outcome, Err(Error::Conflict(None)));
    // Both creations of the arrangement, and no attempt at what cannot be.
    assert_eq!(proxy.count("UPDATE"), 2);
    let beside = txt(
        "mail.preview.test",
        &["beside a type that the interface does not know"],
    );
    plugin.change(create(beside, OURS)).unwrap();
}

#[test]
fn an_alias_is_not_claimed_where_other_records_came_meanwhile() {
    let bind = Bind::start();
    let intruder = Plugin::at(bind.url());
    let updates = AtomicUsize::new(0);
    let proxy = Proxy::start(bind.port, move |kind| {
        if kind == "UPDATE" && updates.fetch_add(1, Ordering::AcqRel) == 0 {
            intruder.change(create(txt(NAME, &["x"]), THEIRS)).unwrap();
        }
        Action::Forward
    });
    let outcome = Plugin::at(proxy.url()).change(create(cname(NAME, "b.preview.test"), OURS));
    assert_eq!(outcome, Err(Error::conflict(Some(THEIRS))));
    assert_eq!(bind.stored(NAME).len(), 2, "{:?}", bind.stored(NAME));
}

#[test]
fn one_batch_can_put_an_alias_where_addresses_were() {
    let bind = Bind::start();
    let proxy = Proxy::start(bind.port, |_| Action::Forward);
    let plugin = Plugin::at(proxy.url());
    let sets = [a(NAME, &["192.0.2.1"]), aaaa(NAME, &["2001:db8::1"])];
    let outcomes = plugin.apply(sets.map(|set| create(set, OURS))).unwrap();
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    let changes = [
        create(cname(NAME, "b.preview.test"), OURS),
        delete(NAME, RecordType::A, OURS),
        delete(NAME, RecordType::Aaaa, OURS),
    ];
    let outcomes = plugin.apply(changes).unwrap();
    assert_eq!(
        outcomes,
        [Ok(plugin.etag(NAME)), Ok(String::new()), Ok(String::new())]
    );
    assert_eq!(
        bind.stored(NAME),
        [
            stored_mark("cname", OURS),
            format!("{NAME}. 60 IN CNAME b.preview.test.")
        ]
    );
    assert_eq!(proxy.count("UPDATE"), 2);
}

#[test]
fn one_batch_can_hand_a_record_set_from_one_owner_to_another() {
    let bind = Bind::start();
    let plugin = Plugin::at(bind.url());
    plugin
        .change(create(a(NAME, &["192.0.2.1"]), THEIRS))
        .unwrap();
    let outcomes = plugin
        .apply([
            delete(NAME, RecordType::A, THEIRS),
            create(a(NAME, &["192.0.2.2"]), OURS),
        ])
        .unwrap();
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    let seen = plugin.observe(&[NAME]).unwrap();
    assert_eq!(seen[0].owner.as_deref(), Some(OURS));
}

#[test]
fn a_wildcard_is_owned_by_itself_and_what_it_covers_is_free() {
    let bind = Bind::start();
    let plugin = Plugin::at(bind.url());
    let wild = "*.preview.test";
    let etag = plugin
        .change(create(a(wild, &["192.0.2.1"]), THEIRS))
        .unwrap();
    assert_eq!(plugin.etag(wild), etag);
    // The server answers queries for this name; it is free all the same.
    assert_eq!(plugin.observe(&[NAME]), Ok(vec![]));
    plugin
        .change(create(a(NAME, &["192.0.2.2"]), OURS))
        .unwrap();
    let outcome = plugin.change(delete(wild, RecordType::A, OURS));
    assert_eq!(outcome, Err(Error::conflict(Some(THEIRS))));
    plugin.change(delete(wild, RecordType::A, THEIRS)).unwrap();
    assert_eq!(plugin.observe(&[wild]), Ok(vec![]));
}

#[test]
fn nobody_writes_himself_a_mark() {
    let bind = Bind::start();
    let plugin = Plugin::at(bind.url());
    plugin
        .change(create(a(NAME, &["192.0.2.1"]), THEIRS))
        .unwrap();
    let mark = txt(&format!("_mq-a.{NAME}"), &["maquette/v1 owner=me"]);
    let outcome = plugin.change(create(mark, OURS));
    assert!(matches!(outcome, Err(Error::Invalid(_))), "{outcome:?}");
}

#[test]
fn what_is_owned_is_listed_to_the_end_page_by_page_and_nothing_else() {
    let bind = Bind::start();
    let plugin = Plugin::at(bind.url());
    bind.by_hand("update add foreign.preview.test. 60 A 192.0.2.7");
    let elsewhere = create(a("elsewhere.preview.test", &["192.0.2.1"]), "another/x");
    plugin.change(elsewhere).unwrap();
    let names: Vec<String> = (0..1100)
        .map(|number| format!("n{number:04}.preview.test"))
        .collect();
    let outcomes = plugin
        .apply(
            names
                .iter()
                .map(|name| create(a(name, &["192.0.2.1"]), OURS)),
        )
        .unwrap();
    assert!(outcomes.iter().all(Result::is_ok));

    let context = plugin.context();
    let (mut listed, mut cursor, mut pages) = (Vec::new(), None, 0);
    loop {
        let page = Rfc2136
            .list_owned(&context, "preview.test", "cluster/", cursor.as_deref())
            .unwrap();
        assert!(
            page.items
                .iter()
                .all(|item| item.owner.as_deref() == Some(OURS))
        );
        listed.extend(page.items.into_iter().map(|item| item.records.name));
        pages += 1;
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!((listed, pages), (names, 3));
}
