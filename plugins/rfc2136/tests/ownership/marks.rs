//! Who owns a record set is written with it, and nobody else's is changed.

use maquette_plugin_testing::ownership::{NAME, OURS};
use maquette_sdk::Error;
use maquette_sdk::dns::Observed;

use super::stored_mark;
use super::support::{Action, Bind, Proxy, a, at, create};

maquette_plugin_testing::ownership_in_texts!(Bind);

#[test]
fn a_created_record_set_carries_its_owner_and_is_observed_as_applied() {
    let bind = Bind::start();
    let plugin = at(bind.url());
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
    let proxy = Proxy::dns(bind.port, |_| Action::Forward);
    let before = bind.serial();
    at(proxy.url())
        .change(create(a(NAME, &["192.0.2.1"]), OURS))
        .unwrap();
    assert_eq!(proxy.requests(), ["AXFR", "UPDATE"]);
    assert_eq!(bind.serial(), before + 1);
}

#[test]
fn another_text_in_the_place_of_the_mark_is_a_conflict() {
    let bind = Bind::start();
    let plugin = at(bind.url());
    bind.by_hand(&format!("update add _mq-a.{NAME}. 300 TXT \"keep out\""));
    let outcome = plugin.change(create(a(NAME, &["192.0.2.1"]), OURS));
    assert_eq!(outcome, Err(Error::Conflict(None)));
}

#[test]
fn a_listing_has_pages_of_500_record_sets() {
    let bind = Bind::start();
    let plugin = at(bind.url());
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

    let (mut listed, mut cursor, mut pages) = (Vec::new(), None, 0);
    loop {
        let page = plugin.list_owned("cluster/", cursor.as_deref()).unwrap();
        listed.extend(page.items.into_iter().map(|item| item.records.name));
        pages += 1;
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!((listed, pages), (names, 3));
}
