//! Rules of `wit/dns.wit` about who may change what.

use maquette_sdk::Error;
use maquette_sdk::dns::RecordType;

use crate::changes::{a, cname, create, delete, replace, txt};
use crate::server::Server;

/// The owner of the record sets of a test.
pub const OURS: &str = "cluster/DNSRecord/shop/web";
/// Another owner.
pub const THEIRS: &str = "cluster/DNSRecord/shop/other";
/// The name that most rules work on.
pub const NAME: &str = "a.preview.test";
/// The name of the ownership record of an A record set of [`NAME`], where it is a TXT record.
pub const MARK: &str = "_mq-a.a.preview.test";

/// The TXT value of an ownership record.
pub fn mark(owner: &str) -> String {
    format!("\"maquette/v1 owner={owner}\"")
}

/// All rules about ownership, as tests.
#[macro_export]
macro_rules! ownership {
    ($server:ty) => {
        $crate::rules!($server:
            ownership::applying_the_same_changes_twice_writes_once,
            ownership::deleting_an_absent_record_set_succeeds_without_a_write,
            ownership::a_record_set_of_another_owner_or_of_none_is_never_changed_and_the_owner_is_named,
            ownership::two_owners_of_one_record_set_are_a_conflict_for_both,
            ownership::an_ownership_record_without_its_record_set_is_repaired_by_its_owner_alone,
            ownership::a_manual_change_conflicts_with_the_old_etag_and_is_reverted_with_the_new_one,
            ownership::replacing_an_absent_record_set_is_a_conflict,
            ownership::an_alias_and_other_records_exclude_each_other_and_the_owner_in_the_way_is_named,
            ownership::one_batch_can_put_an_alias_where_addresses_were,
            ownership::one_batch_can_hand_a_record_set_from_one_owner_to_another,
            ownership::the_record_sets_of_an_owner_are_listed_over_every_page_and_no_others,
        );
    };
}

/// The rules about ownership of a plugin that keeps it in TXT records, as tests.
#[macro_export]
macro_rules! ownership_in_texts {
    ($server:ty) => {
        $crate::ownership!($server);
        $crate::rules!($server: ownership::no_ownership_record_is_written_through_the_plugin);
    };
}

/// The second time of the same change changes nothing.
pub fn applying_the_same_changes_twice_writes_once<S: Server>() {
    let server = S::start();
    let (proxy, plugin) = server.counted();
    let make = || create(a(NAME, &["192.0.2.1"]), OURS);
    let created = plugin.change(make()).unwrap();
    assert_eq!(plugin.change(make()), Ok(created.clone()));
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
    assert_eq!(proxy.count(S::WRITE), 3);
    assert!(server.is_without(NAME));
    assert_eq!(plugin.change(make()), Ok(created));
}

/// There is nothing to delete.
pub fn deleting_an_absent_record_set_succeeds_without_a_write<S: Server>() {
    let server = S::start();
    let (proxy, plugin) = server.counted();
    let outcome = plugin.change(delete(NAME, RecordType::A, OURS));
    assert_eq!(outcome, Ok(String::new()));
    assert_eq!(proxy.count(S::WRITE), 0);
}

/// A record set of another owner, or of none, stays as it is.
pub fn a_record_set_of_another_owner_or_of_none_is_never_changed_and_the_owner_is_named<
    S: Server,
>() {
    let server = S::start();
    let (proxy, plugin) = server.counted();
    for owner in [None, Some(THEIRS)] {
        server.put(NAME, &["192.0.2.7"], owner.as_slice());
        let seen = plugin.observe(&[NAME]).unwrap().remove(0);
        assert_eq!(seen.owner.as_deref(), owner);
        for change in [
            create(a(NAME, &["192.0.2.1"]), OURS),
            create(a(NAME, &["192.0.2.7"]), OURS),
            replace(a(NAME, &["192.0.2.1"]), OURS, &seen.etag),
            delete(NAME, RecordType::A, OURS),
        ] {
            let outcome = plugin.change(change.clone());
            assert_eq!(outcome, Err(Error::conflict(owner)), "{change:?}");
        }
    }
    assert_eq!(proxy.count(S::WRITE), 0);
}

/// Neither of two owners may change a record set.
pub fn two_owners_of_one_record_set_are_a_conflict_for_both<S: Server>() {
    let server = S::start();
    let plugin = server.plugin();
    server.put(NAME, &["192.0.2.7"], &[OURS, THEIRS]);
    for (owner, other) in [(OURS, THEIRS), (THEIRS, OURS)] {
        assert_eq!(
            plugin.change(delete(NAME, RecordType::A, owner)),
            Err(Error::conflict(Some(other)))
        );
    }
}

/// An ownership record without records keeps others away, and its owner repairs it.
pub fn an_ownership_record_without_its_record_set_is_repaired_by_its_owner_alone<S: Server>() {
    let server = S::start();
    let plugin = server.plugin();
    let only_mark = || server.put(NAME, &[], &[OURS]);
    only_mark();
    let seen = plugin.observe(&[NAME]).unwrap();
    assert_eq!(seen[0].owner.as_deref(), Some(OURS));
    assert!(seen[0].records.values.is_empty());
    let make = |owner| plugin.change(create(a(NAME, &["192.0.2.1"]), owner));
    assert_eq!(make(THEIRS), Err(Error::conflict(Some(OURS))));
    let etag = make(OURS).unwrap();
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
    assert!(server.is_without(NAME));
}

/// A manual change is neither overwritten by accident nor kept.
pub fn a_manual_change_conflicts_with_the_old_etag_and_is_reverted_with_the_new_one<S: Server>() {
    let server = S::start();
    let plugin = server.plugin();
    let etag = plugin
        .change(create(a(NAME, &["192.0.2.1"]), OURS))
        .unwrap();
    server.put(NAME, &["192.0.2.66"], &[OURS]);
    let drifted = plugin.etag(NAME);
    assert_ne!(drifted, etag);
    let replaced =
        |value: &str, expect: &str| plugin.change(replace(a(NAME, &[value]), OURS, expect));
    let conflict = Err(Error::conflict(Some(OURS)));
    assert_eq!(replaced("192.0.2.2", &etag), conflict);
    assert_eq!(
        plugin.change(create(a(NAME, &["192.0.2.1"]), OURS)),
        conflict
    );
    assert_eq!(replaced("192.0.2.1", &drifted), Ok(etag));
}

/// A replacement is no creation.
pub fn replacing_an_absent_record_set_is_a_conflict<S: Server>() {
    let server = S::start();
    let plugin = server.plugin();
    let etag = plugin
        .change(create(a(NAME, &["192.0.2.1"]), OURS))
        .unwrap();
    plugin.change(delete(NAME, RecordType::A, OURS)).unwrap();
    let outcome = plugin.change(replace(a(NAME, &["192.0.2.2"]), OURS, &etag));
    assert_eq!(outcome, Err(Error::Conflict(None)));
    assert!(server.is_without(NAME));
}

/// A name has an alias or other records.
pub fn an_alias_and_other_records_exclude_each_other_and_the_owner_in_the_way_is_named<
    S: Server,
>() {
    let server = S::start();
    let (proxy, plugin) = server.counted();
    let other = "c.preview.test";
    let conflict = Err(Error::conflict(Some(THEIRS)));
    plugin
        .change(create(a(NAME, &["192.0.2.1"]), THEIRS))
        .unwrap();
    let outcome = plugin.change(create(cname(NAME, "b.preview.test"), OURS));
    assert_eq!(outcome, conflict);
    plugin
        .change(create(cname(other, "b.preview.test"), THEIRS))
        .unwrap();
    let outcome = plugin.change(create(a(other, &["192.0.2.1"]), OURS));
    assert_eq!(outcome, conflict);
    // Both creations of the arrangement, and no attempt at what cannot be.
    assert_eq!(proxy.count(S::WRITE), 2);
}

/// A deletion of the same batch makes room.
pub fn one_batch_can_put_an_alias_where_addresses_were<S: Server>() {
    let server = S::start();
    let (proxy, plugin) = server.counted();
    plugin
        .change(create(a(NAME, &["192.0.2.1"]), OURS))
        .unwrap();
    let changes = [
        create(cname(NAME, "b.preview.test"), OURS),
        delete(NAME, RecordType::A, OURS),
    ];
    let outcomes = plugin.apply(changes).unwrap();
    assert_eq!(outcomes, [Ok(plugin.etag(NAME)), Ok(String::new())]);
    let seen = plugin.observe(&[NAME]).unwrap();
    assert_eq!(seen[0].records.kind, RecordType::Cname);
    assert_eq!(proxy.count(S::WRITE), 2);
}

/// A deletion of one owner and the creation of another in one batch.
pub fn one_batch_can_hand_a_record_set_from_one_owner_to_another<S: Server>() {
    let server = S::start();
    let plugin = server.plugin();
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

/// The names of ownership records are the plugin's own.
pub fn no_ownership_record_is_written_through_the_plugin<S: Server>() {
    let server = S::start();
    let (proxy, plugin) = server.counted();
    let outcome = plugin.change(create(txt(MARK, &["maquette/v1 owner=x"]), OURS));
    assert!(
        matches!(&outcome, Err(Error::Invalid(error)) if error.path == "records.name"),
        "{outcome:?}"
    );
    assert_eq!(proxy.count(S::WRITE), 0);
}

/// Following `next` to its end gives all record sets of the owners and no others.
pub fn the_record_sets_of_an_owner_are_listed_over_every_page_and_no_others<S: Server>() {
    let server = S::start();
    let plugin = server.plugin();
    server.put("foreign.preview.test", &["192.0.2.7"], &[]);
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
    let (mut listed, mut cursor) = (Vec::new(), None);
    for _ in 0..names.len() {
        let page = plugin.list_owned("cluster/", cursor.as_deref()).unwrap();
        let is_ours = |owner: &Option<String>| owner.as_deref() == Some(OURS);
        assert!(page.items.iter().all(|item| is_ours(&item.owner)));
        listed.extend(page.items.into_iter().map(|item| item.records.name));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!((listed, cursor), (names, None));
}
