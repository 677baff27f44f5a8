//! Rules of `wit/dns/dns.wit` about who may change what, for plugins that keep the owner mark in a TXT record beside the record
//! set. Each plugin has this as a module of its own tests, with its own `support`: its server and its `Plugin`.

use maquette_sdk::Error;
use maquette_sdk::dns::RecordType;

use crate::support::{Plugin, Server, a, cname, create, delete, replace, txt};

pub(crate) const OURS: &str = "cluster/DNSRecord/shop/web";
pub(crate) const THEIRS: &str = "cluster/DNSRecord/shop/other";
pub(crate) const NAME: &str = "a.preview.test";
pub(crate) const MARK: &str = "_mq-a.a.preview.test";

/// The mark of this owner as the server keeps it.
pub(crate) fn mark(owner: &str) -> String {
    format!("\"maquette/v1 owner={owner}\"")
}

#[test]
fn applying_the_same_changes_twice_writes_once() {
    let server = Server::start();
    let plugin = Plugin::of(&server);
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
    assert_eq!(server.writes(), 3);
    assert!(server.is_without(NAME) && server.is_without(MARK));
    assert_eq!(plugin.change(make()), Ok(created));
}

#[test]
fn what_is_unmarked_or_anothers_is_never_changed_and_the_owner_is_named() {
    let server = Server::start();
    let plugin = Plugin::of(&server);
    for owner in [None, Some(THEIRS)] {
        server.by_hand(NAME, "A", &["192.0.2.7"]);
        if let Some(owner) = owner {
            server.by_hand(MARK, "TXT", &[&mark(owner)]);
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
    assert_eq!(server.writes(), 0);
}

#[test]
fn two_owner_marks_are_a_conflict_for_both() {
    let server = Server::start();
    let plugin = Plugin::of(&server);
    server.by_hand(NAME, "A", &["192.0.2.7"]);
    server.by_hand(MARK, "TXT", &[&mark(OURS), &mark(THEIRS)]);
    for (owner, other) in [(OURS, THEIRS), (THEIRS, OURS)] {
        assert_eq!(
            plugin.change(delete(NAME, RecordType::A, owner)),
            Err(Error::conflict(Some(other)))
        );
    }
}

#[test]
fn a_mark_without_its_record_set_is_its_owners_to_repair_and_nobody_elses() {
    let server = Server::start();
    let plugin = Plugin::of(&server);
    server.by_hand(MARK, "TXT", &[&mark(OURS)]);
    let seen = plugin.observe(&[NAME]).unwrap();
    assert_eq!(seen[0].owner.as_deref(), Some(OURS));
    assert!(seen[0].records.values.is_empty());
    let make = |owner| plugin.change(create(a(NAME, &["192.0.2.1"]), owner));
    assert_eq!(make(THEIRS), Err(Error::conflict(Some(OURS))));
    let etag = make(OURS).unwrap();
    assert_eq!(plugin.etag(NAME), etag);

    server.by_hand(NAME, "A", &[]);
    assert_eq!(
        plugin.change(delete(NAME, RecordType::A, OURS)),
        Ok(String::new())
    );
    assert!(server.is_without(MARK));
}

#[test]
fn a_record_set_that_was_changed_by_hand_conflicts_with_the_old_etag_and_is_repaired_with_the_new_one()
 {
    let server = Server::start();
    let plugin = Plugin::of(&server);
    let etag = plugin
        .change(create(a(NAME, &["192.0.2.1"]), OURS))
        .unwrap();
    server.by_hand(NAME, "A", &["192.0.2.66"]);
    let drifted = plugin.etag(NAME);
    let repair = |expect: &str| plugin.change(replace(a(NAME, &["192.0.2.1"]), OURS, expect));
    assert_eq!(
        plugin.change(replace(a(NAME, &["192.0.2.2"]), OURS, &etag)),
        Err(Error::conflict(Some(OURS)))
    );
    assert_eq!(repair(&drifted), Ok(etag));
}

#[test]
fn an_alias_and_other_records_exclude_each_other_and_one_batch_can_swap_them() {
    let server = Server::start();
    let plugin = Plugin::of(&server);
    let alias = || create(cname(NAME, "b.preview.test"), OURS);
    plugin
        .change(create(a(NAME, &["192.0.2.1"]), OURS))
        .unwrap();
    assert_eq!(plugin.change(alias()), Err(Error::conflict(Some(OURS))));
    let outcomes = plugin
        .apply([alias(), delete(NAME, RecordType::A, OURS)])
        .unwrap();
    assert_eq!(outcomes, [Ok(plugin.etag(NAME)), Ok(String::new())]);
    assert_eq!(server.writes(), 2);
}

#[test]
fn one_batch_can_hand_a_record_set_from_one_owner_to_another() {
    let server = Server::start();
    let plugin = Plugin::of(&server);
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
    let server = Server::start();
    let forged = create(txt(MARK, &["maquette/v1 owner=x"]), OURS);
    let outcome = Plugin::of(&server).change(forged);
    assert!(matches!(outcome, Err(Error::Invalid(error)) if error.path == "records.name"));
    assert_eq!(server.writes(), 0);
}

#[test]
fn what_is_owned_is_listed_over_every_page_and_nothing_else() {
    let server = Server::start();
    let plugin = Plugin::of(&server);
    server.by_hand("foreign.preview.test", "A", &["192.0.2.7"]);
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
    let page = plugin.list_owned("cluster/").unwrap();
    let listed: Vec<&str> = page
        .items
        .iter()
        .map(|item| item.records.name.as_str())
        .collect();
    assert_eq!(listed, names);
    assert_eq!(page.next, None);
}
