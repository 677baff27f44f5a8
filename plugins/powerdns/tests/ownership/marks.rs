//! Who owns a record set is written with it, and nobody else's is changed.

use maquette_sdk::dns::{Observed, RecordSet, RecordType};
use maquette_sdk::{Context, Dns as _, Error};
use powerdns::{Config, PowerDns};
use serde_json::json;

use super::support::{Action, Pdns, Plugin, Proxy, a, create, delete, replace};
use super::{NAME, OURS, THEIRS, mark, unowned};

#[test]
fn a_created_record_set_carries_its_owner_and_is_observed_as_applied() {
    let pdns = Pdns::start();
    let plugin = Plugin::at(pdns.url());
    let etag = plugin
        .change(create(a(NAME, &["192.0.2.2", "192.0.2.1"]), OURS))
        .unwrap();
    let records = plugin
        .normalize(a(NAME, &["192.0.2.2", "192.0.2.1"]))
        .unwrap();
    assert_eq!(
        plugin.observe(&[NAME]).unwrap(),
        [Observed {
            records,
            owner: Some(OURS.into()),
            etag
        }]
    );
    assert_eq!(
        pdns.stored(NAME),
        [json!({
            "name": "a.preview.test.", "type": "A", "ttl": 60, "comments": [mark(OURS)],
            "records": [{ "content": "192.0.2.1", "disabled": false }, { "content": "192.0.2.2", "disabled": false }],
        })]
    );
}

#[test]
fn the_owner_mark_is_written_with_the_record_set_in_one_request() {
    let pdns = Pdns::start();
    let proxy = Proxy::start(pdns.port, |_| Action::Forward);
    Plugin::at(proxy.url())
        .change(create(a(NAME, &["192.0.2.1"]), OURS))
        .unwrap();
    let read = "GET /zones/preview.test.?rrset_name=a.preview.test.";
    assert_eq!(proxy.requests(), [read, "PATCH /zones/preview.test.", read]);
}

#[test]
fn applying_the_same_changes_twice_writes_once() {
    let pdns = Pdns::start();
    let proxy = Proxy::start(pdns.port, |_| Action::Forward);
    let plugin = Plugin::at(proxy.url());
    let created = plugin
        .change(create(a(NAME, &["192.0.2.1"]), OURS))
        .unwrap();
    assert_eq!(
        plugin.change(create(a(NAME, &["192.0.2.1"]), OURS)),
        Ok(created.clone())
    );

    let change = || replace(a(NAME, &["192.0.2.9"]), OURS, &created);
    let replaced = plugin.change(change()).unwrap();
    assert_eq!(plugin.change(change()), Ok(replaced.clone()));
    assert_ne!(created, replaced);

    assert_eq!(
        plugin.change(delete(NAME, RecordType::A, OURS)),
        Ok(String::new())
    );
    assert_eq!(
        plugin.change(delete(NAME, RecordType::A, OURS)),
        Ok(String::new())
    );
    assert_eq!(proxy.count("PATCH"), 3);
    assert!(pdns.stored(NAME).is_empty());
}

#[test]
fn deleting_what_is_absent_succeeds_without_a_write() {
    let pdns = Pdns::start();
    let before = pdns.serial();
    assert_eq!(
        Plugin::at(pdns.url()).change(delete(NAME, RecordType::A, OURS)),
        Ok(String::new())
    );
    assert_eq!(pdns.serial(), before);
}

#[test]
fn what_has_no_owner_mark_is_never_changed() {
    let pdns = Pdns::start();
    let plugin = Plugin::at(pdns.url());
    pdns.by_hand(&unowned(NAME, "192.0.2.7"));
    let (before, etag) = (pdns.serial(), plugin.etag(NAME));
    for change in [
        create(a(NAME, &["192.0.2.1"]), OURS),
        create(a(NAME, &["192.0.2.7"]), OURS),
        replace(a(NAME, &["192.0.2.1"]), OURS, &etag),
        delete(NAME, RecordType::A, OURS),
    ] {
        assert_eq!(
            plugin.change(change.clone()),
            Err(Error::Conflict(None)),
            "{change:?}"
        );
    }
    assert_eq!(pdns.serial(), before);
    assert_eq!(plugin.observe(&[NAME]).unwrap()[0].owner, None);
}

#[test]
fn what_another_owns_is_never_changed_and_the_owner_is_named() {
    let pdns = Pdns::start();
    let plugin = Plugin::at(pdns.url());
    let etag = plugin
        .change(create(a(NAME, &["192.0.2.7"]), THEIRS))
        .unwrap();
    let before = pdns.serial();
    for change in [
        create(a(NAME, &["192.0.2.1"]), OURS),
        create(a(NAME, &["192.0.2.7"]), OURS),
        replace(a(NAME, &["192.0.2.1"]), OURS, &etag),
        delete(NAME, RecordType::A, OURS),
    ] {
        assert_eq!(
            plugin.change(change.clone()),
            Err(Error::conflict(Some(THEIRS))),
            "{change:?}"
        );
    }
    assert_eq!(pdns.serial(), before);
}

#[test]
fn two_owner_marks_are_a_conflict_for_both() {
    let pdns = Pdns::start();
    let plugin = Plugin::at(pdns.url());
    let mut rrset = unowned(NAME, "192.0.2.7");
    rrset["comments"] = json!([mark(OURS), mark(THEIRS)]);
    pdns.by_hand(&rrset);
    assert_eq!(
        plugin.change(delete(NAME, RecordType::A, OURS)),
        Err(Error::conflict(Some(THEIRS)))
    );
    assert_eq!(
        plugin.change(delete(NAME, RecordType::A, THEIRS)),
        Err(Error::conflict(Some(OURS)))
    );
}

#[test]
fn a_mark_without_its_record_set_is_its_owners_to_repair_and_nobody_elses() {
    let pdns = Pdns::start();
    let plugin = Plugin::at(pdns.url());
    let only_mark = json!({
        "name": format!("{NAME}."), "type": "A", "ttl": 60, "changetype": "REPLACE", "records": [], "comments": [mark(OURS)],
    });
    pdns.by_hand(&only_mark);
    let seen = plugin.observe(&[NAME]).unwrap();
    assert_eq!(
        (seen[0].owner.as_deref(), seen[0].records.values.len()),
        (Some(OURS), 0)
    );

    assert_eq!(
        plugin.change(create(a(NAME, &["192.0.2.1"]), THEIRS)),
        Err(Error::conflict(Some(OURS)))
    );
    let etag = plugin
        .change(create(a(NAME, &["192.0.2.1"]), OURS))
        .unwrap();
    assert_eq!(plugin.etag(NAME), etag);

    pdns.by_hand(&only_mark);
    let replaced = plugin
        .change(replace(a(NAME, &["192.0.2.2"]), OURS, &plugin.etag(NAME)))
        .unwrap();
    assert_eq!(plugin.etag(NAME), replaced);

    pdns.by_hand(&only_mark);
    assert_eq!(
        plugin.change(delete(NAME, RecordType::A, OURS)),
        Ok(String::new())
    );
    assert!(pdns.stored(NAME).is_empty());
}

#[test]
fn what_is_owned_is_listed_to_the_end_and_nothing_else() {
    let pdns = Pdns::start();
    let plugin = Plugin::at(pdns.url());
    pdns.by_hand(&unowned("foreign.preview.test", "192.0.2.7"));
    plugin
        .change(create(
            a("elsewhere.preview.test", &["192.0.2.1"]),
            "another-cluster/DNSRecord/shop/web",
        ))
        .unwrap();
    let names: Vec<String> = (0..250)
        .map(|number| format!("n{number:03}.preview.test"))
        .collect();
    plugin
        .apply(
            names
                .iter()
                .map(|name| create(a(name, &["192.0.2.1"]), OURS)),
        )
        .unwrap();

    let context: Context<Config> = plugin.context();
    let page = PowerDns
        .list_owned(&context, "preview.test", "cluster/", None)
        .unwrap();
    assert_eq!(page.next, None);
    let listed: Vec<&RecordSet> = page.items.iter().map(|item| &item.records).collect();
    assert_eq!(
        listed
            .iter()
            .map(|records| records.name.clone())
            .collect::<Vec<_>>(),
        names
    );
    assert!(
        page.items
            .iter()
            .all(|item| item.owner.as_deref() == Some(OURS))
    );
}
