//! The rules of `wit/dns/dns.wit` about who may change what, against the stand-in for Cloud DNS.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod support;

use maquette_plugin_testing::ownership::{MARK, NAME, OURS, mark};
use maquette_sdk::Error;
use maquette_sdk::dns::Observed;
use serde_json::json;
use support::{Action, Proxy, StandIn, a, at, by_hand, create, full, of};

maquette_plugin_testing::ownership_in_texts!(StandIn);

#[test]
fn a_created_record_set_has_its_mark_beside_it_in_the_same_batch() {
    let stand_in = StandIn::start();
    let plugin = of(&stand_in);
    let set = a(NAME, &["192.0.2.2", "192.0.2.1"]);
    let etag = plugin.change(create(set.clone(), OURS)).unwrap();
    assert_eq!(stand_in.writes(), 1);
    assert_eq!(
        stand_in.stored(MARK),
        [json!({ "name": format!("{MARK}."), "type": "TXT", "ttl": 300, "rrdatas": [mark(OURS)] })]
    );
    let records = plugin.normalize(set).unwrap();
    let seen = Observed {
        records,
        owner: Some(OURS.into()),
        etag,
    };
    assert_eq!(plugin.observe(&[NAME]), Ok(vec![seen]));
    assert_eq!(plugin.observe(&[MARK]), Ok(vec![]));
}

#[test]
fn a_writer_that_comes_between_reading_and_writing_is_never_overwritten() {
    let stand_in = StandIn::start();
    let port = stand_in.port;
    let proxy = Proxy::start(port, move |line| {
        if line.starts_with("POST") {
            by_hand(port, NAME, "A", &["192.0.2.9"]);
        }
        Action::Forward
    });
    let plugin = at(proxy.url(), &full());
    let outcomes = plugin
        .apply([
            create(a(NAME, &["192.0.2.1"]), OURS),
            create(a("b.preview.test", &["192.0.2.1"]), OURS),
        ])
        .unwrap();
    assert_eq!(outcomes[0], Err(Error::Conflict(None)));
    assert_eq!(outcomes[1], Ok(plugin.etag("b.preview.test")));
    assert_eq!(stand_in.stored(NAME)[0]["rrdatas"], json!(["192.0.2.9"]));
    assert!(stand_in.stored(MARK).is_empty());
}
