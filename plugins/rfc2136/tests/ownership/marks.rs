//! Who owns a record set is written with it, and nobody else's is changed.

use maquette_sdk::dns::{Observed, RecordType};
use maquette_sdk::{Dns as _, Error};
use rfc2136::Rfc2136;

use super::support::{Action, Bind, Plugin, Proxy, a, create, delete, replace, txt};
use super::{NAME, OURS, THEIRS, stored_mark};

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
