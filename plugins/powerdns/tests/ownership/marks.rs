//! Who owns a record set is written with it, and nobody else's is changed.

use maquette_plugin_testing::ownership::{NAME, OURS};
use maquette_sdk::dns::Observed;
use serde_json::json;

use super::support::{Action, Pdns, Proxy, a, at, comment, create};

maquette_plugin_testing::ownership!(Pdns);

#[test]
fn a_created_record_set_carries_its_owner_and_is_observed_as_applied() {
    let pdns = Pdns::start();
    let plugin = at(pdns.url());
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
            "name": "a.preview.test.", "type": "A", "ttl": 60, "comments": [comment(OURS)],
            "records": [{ "content": "192.0.2.1", "disabled": false }, { "content": "192.0.2.2", "disabled": false }],
        })]
    );
}

#[test]
fn the_owner_mark_is_written_with_the_record_set_in_one_request() {
    let pdns = Pdns::start();
    let proxy = Proxy::start(pdns.port, |_| Action::Forward);
    at(proxy.url())
        .change(create(a(NAME, &["192.0.2.1"]), OURS))
        .unwrap();
    let read = "GET /zones/preview.test.?rrset_name=a.preview.test.";
    assert_eq!(proxy.requests(), [read, "PATCH /zones/preview.test.", read]);
}
