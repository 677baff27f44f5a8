//! What a name can have, and what one batch makes of it.

use maquette_sdk::Error;
use maquette_sdk::dns::RecordType;
use serde_json::json;

use super::support::{Action, Pdns, Plugin, Proxy, a, cname, create, delete, txt};
use super::{NAME, OURS, THEIRS};

#[test]
fn an_alias_and_other_records_exclude_each_other_and_the_owner_in_the_way_is_named() {
    let pdns = Pdns::start();
    let proxy = Proxy::start(pdns.port, |_| Action::Forward);
    let plugin = Plugin::at(proxy.url());
    plugin
        .change(create(a(NAME, &["192.0.2.1"]), THEIRS))
        .unwrap();
    assert_eq!(
        plugin.change(create(cname(NAME, "b.preview.test"), OURS)),
        Err(Error::conflict(Some(THEIRS)))
    );
    plugin
        .change(create(cname("c.preview.test", "b.preview.test"), THEIRS))
        .unwrap();
    assert_eq!(
        plugin.change(create(a("c.preview.test", &["192.0.2.1"]), OURS)),
        Err(Error::conflict(Some(THEIRS)))
    );
    pdns.by_hand(&json!({
        "name": "mail.preview.test.", "type": "MX", "ttl": 60, "changetype": "REPLACE", "records": [{ "content": "10 a.b." }],
    }));
    assert_eq!(
        plugin.change(create(cname("mail.preview.test", "b.preview.test"), OURS)),
        Err(Error::Conflict(None))
    );
    // Both creations of the arrangement, and no attempt at what cannot be.
    assert_eq!(proxy.count("PATCH"), 2);
    plugin
        .change(create(
            txt(
                "mail.preview.test",
                &["beside a type that the interface does not know"],
            ),
            OURS,
        ))
        .unwrap();
}

#[test]
fn one_batch_can_put_an_alias_where_addresses_were() {
    let pdns = Pdns::start();
    let plugin = Plugin::at(pdns.url());
    plugin
        .change(create(a(NAME, &["192.0.2.1"]), OURS))
        .unwrap();
    let changes = [
        create(cname(NAME, "b.preview.test"), OURS),
        delete(NAME, RecordType::A, OURS),
    ];
    let outcomes = plugin.apply(changes).unwrap();
    assert_eq!(outcomes, [Ok(plugin.etag(NAME)), Ok(String::new())]);
    assert_eq!(
        plugin.observe(&[NAME]).unwrap()[0].records.kind,
        RecordType::Cname
    );
}

#[test]
fn one_batch_can_hand_a_record_set_from_one_owner_to_another() {
    let pdns = Pdns::start();
    let plugin = Plugin::at(pdns.url());
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
    assert_eq!(
        plugin.observe(&[NAME]).unwrap()[0].owner.as_deref(),
        Some(OURS)
    );
}
