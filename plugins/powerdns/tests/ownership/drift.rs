//! What people and other programs do beside the plugin.

use maquette_plugin_testing::ownership::{NAME, OURS};
use maquette_sdk::Error;
use serde_json::json;

use super::support::{Action, Pdns, Proxy, a, at, comment, create, replace};
use super::unowned;

#[test]
fn comments_of_people_stay_when_a_record_set_is_replaced() {
    let pdns = Pdns::start();
    let plugin = at(pdns.url());
    plugin
        .change(create(a(NAME, &["192.0.2.1"]), OURS))
        .unwrap();
    let mut rrset = unowned(NAME, "192.0.2.1");
    rrset["comments"] = json!([comment(OURS), { "account": "alice", "content": "ask me first" }]);
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
    let plugin = at(pdns.url());
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
    let (direct, port) = (at(pdns.url()), pdns.port);
    // The other writer comes right after our write and before our look at it.
    let reads = std::sync::atomic::AtomicUsize::new(0);
    let intruder = at(pdns.url());
    let proxy = Proxy::start(port, move |line| {
        if line.starts_with("GET") && reads.fetch_add(1, std::sync::atomic::Ordering::AcqRel) == 1 {
            let etag = intruder.etag(NAME);
            intruder
                .change(replace(a(NAME, &["192.0.2.9"]), OURS, &etag))
                .unwrap();
        }
        Action::Forward
    });
    let outcomes = at(proxy.url())
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
