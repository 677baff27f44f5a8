//! What a name can have, and what one batch makes of it.

use std::sync::atomic::{AtomicUsize, Ordering};

use maquette_plugin_testing::ownership::{NAME, OURS, THEIRS};
use maquette_sdk::Error;
use maquette_sdk::dns::RecordType;

use super::stored_mark;
use super::support::{Action, Bind, Proxy, a, aaaa, at, cname, create, delete, txt};

#[test]
fn an_alias_excludes_a_type_that_the_interface_does_not_know_and_a_text_does_not() {
    let bind = Bind::start();
    let plugin = at(bind.url());
    let name = "mail.preview.test";
    bind.by_hand("update add mail.preview.test. 60 MX 10 a.b.");
    let outcome = plugin.change(create(cname(name, "b.preview.test"), OURS));
    assert_eq!(outcome, Err(Error::Conflict(None)));
    plugin.change(create(txt(name, &["x"]), OURS)).unwrap();
}

#[test]
fn an_alias_is_not_claimed_where_other_records_came_meanwhile() {
    let bind = Bind::start();
    let intruder = at(bind.url());
    let updates = AtomicUsize::new(0);
    let proxy = Proxy::dns(bind.port, move |kind| {
        if kind == "UPDATE" && updates.fetch_add(1, Ordering::AcqRel) == 0 {
            intruder.change(create(txt(NAME, &["x"]), THEIRS)).unwrap();
        }
        Action::Forward
    });
    let outcome = at(proxy.url()).change(create(cname(NAME, "b.preview.test"), OURS));
    assert_eq!(outcome, Err(Error::conflict(Some(THEIRS))));
    assert_eq!(bind.stored(NAME).len(), 2, "{:?}", bind.stored(NAME));
}

#[test]
fn one_batch_can_put_an_alias_where_addresses_were() {
    let bind = Bind::start();
    let proxy = Proxy::dns(bind.port, |_| Action::Forward);
    let plugin = at(proxy.url());
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
