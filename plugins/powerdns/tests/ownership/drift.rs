//! What people and other programs do beside the plugin.

use maquette_sdk::Error;
use maquette_sdk::dns::RecordType;
use serde_json::json;

use super::support::{Action, Pdns, Plugin, Proxy, a, create, delete, replace};
use super::{NAME, OURS, mark, unowned};

#[test]
fn a_record_set_that_was_changed_by_hand_conflicts_with_the_old_etag_and_is_repaired_with_the_new_one()
 {
    let pdns = Pdns::start();
    let plugin = Plugin::at(pdns.url());
    let etag = plugin
        .change(create(a(NAME, &["192.0.2.1"]), OURS))
        .unwrap();
    // Without `comments` PowerDNS keeps them, so the mark stays.
    pdns.by_hand(&unowned(NAME, "192.0.2.66"));
    let drifted = plugin.etag(NAME);
    assert_ne!(drifted, etag);
    assert_eq!(
        plugin.change(replace(a(NAME, &["192.0.2.2"]), OURS, &etag)),
        Err(Error::conflict(Some(OURS)))
    );
    assert_eq!(
        plugin.change(create(a(NAME, &["192.0.2.1"]), OURS)),
        Err(Error::conflict(Some(OURS)))
    );
    assert_eq!(
        plugin.change(replace(a(NAME, &["192.0.2.1"]), OURS, &drifted)),
        Ok(etag)
    );
}

#[test]
fn replacing_what_is_gone_is_a_conflict() {
    let pdns = Pdns::start();
    let plugin = Plugin::at(pdns.url());
    let etag = plugin
        .change(create(a(NAME, &["192.0.2.1"]), OURS))
        .unwrap();
    plugin.change(delete(NAME, RecordType::A, OURS)).unwrap();
    assert_eq!(
        plugin.change(replace(a(NAME, &["192.0.2.2"]), OURS, &etag)),
        Err(Error::Conflict(None))
    );
    assert!(pdns.stored(NAME).is_empty());
}

#[test]
fn comments_of_people_stay_when_a_record_set_is_replaced() {
    let pdns = Pdns::start();
    let plugin = Plugin::at(pdns.url());
    plugin
        .change(create(a(NAME, &["192.0.2.1"]), OURS))
        .unwrap();
    let mut rrset = unowned(NAME, "192.0.2.1");
    rrset["comments"] = json!([mark(OURS), { "account": "alice", "content": "ask me first" }]);
    pdns.by_hand(&rrset);
    plugin
        .change(replace(a(NAME, &["192.0.2.2"]), OURS, &plugin.etag(NAME)))
        .unwrap();
    let comments = pdns.stored(NAME)[0]["comments"].clone();
    assert!(
        comments
            .as_array()
            .unwrap()
            .contains(&json!({ "account": "alice", "content": "ask me first" })),
        "{comments}"
    );
}

#[test]
fn a_record_that_was_disabled_by_hand_is_drift() {
    let pdns = Pdns::start();
    let plugin = Plugin::at(pdns.url());
    let etag = plugin
        .change(create(a(NAME, &["192.0.2.1"]), OURS))
        .unwrap();
    let mut rrset = unowned(NAME, "192.0.2.1");
    rrset["ttl"] = json!(60);
    rrset["records"][0]["disabled"] = json!(true);
    pdns.by_hand(&rrset);
    let seen = plugin.observe(&[NAME]).unwrap();
    assert!(seen[0].records.values.is_empty());
    assert_eq!(
        plugin.change(replace(a(NAME, &["192.0.2.1"]), OURS, &seen[0].etag)),
        Ok(etag)
    );
}

#[test]
fn a_lost_race_is_a_conflict_for_that_change_alone() {
    let pdns = Pdns::start();
    let (direct, port) = (Plugin::at(pdns.url()), pdns.port);
    // The other writer comes right after our write and before our look at it.
    let reads = std::sync::atomic::AtomicUsize::new(0);
    let intruder = Plugin::at(pdns.url());
    let proxy = Proxy::start(port, move |line| {
        if line.starts_with("GET") && reads.fetch_add(1, std::sync::atomic::Ordering::AcqRel) == 1 {
            let etag = intruder.etag(NAME);
            intruder
                .change(replace(a(NAME, &["192.0.2.9"]), OURS, &etag))
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
    assert_eq!(
        outcomes,
        [
            Err(Error::conflict(Some(OURS))),
            Ok(direct.etag("b.preview.test"))
        ]
    );
}
