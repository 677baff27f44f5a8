//! The rules of `wit/dns/dns.wit` about who may change what, against the stand-in for Cloudflare.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod support;

use maquette_plugin_testing::ownership::{MARK, NAME, OURS, mark};
use maquette_sdk::dns::Observed;
use support::{StandIn, a, create, of, replace};

maquette_plugin_testing::ownership_in_texts!(StandIn);

const CLAIM: &str = "\"maquette/v1 claim\"";

#[test]
fn a_created_record_set_has_its_mark_beside_it_in_the_same_batch() {
    let stand_in = StandIn::start();
    let plugin = of(&stand_in);
    let set = a(NAME, &["192.0.2.2", "192.0.2.1"]);
    let etag = plugin.change(create(set.clone(), OURS)).unwrap();
    assert_eq!(stand_in.writes(), 1);
    assert_eq!(stand_in.stored(MARK, "TXT"), [CLAIM, &mark(OURS)]);
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
fn a_claim_that_was_left_behind_keeps_nobody_away() {
    let stand_in = StandIn::start();
    let plugin = of(&stand_in);
    stand_in.by_hand(MARK, "TXT", &[CLAIM]);
    assert_eq!(plugin.observe(&[NAME]), Ok(vec![]));
    let etag = plugin
        .change(create(a(NAME, &["192.0.2.1"]), OURS))
        .unwrap();
    assert_eq!(plugin.etag(NAME), etag);
    assert_eq!(stand_in.stored(MARK, "TXT"), [CLAIM, &mark(OURS)]);
}

#[test]
fn what_stays_keeps_its_identifier_and_what_people_wrote_beside_a_mark_stays() {
    let stand_in = StandIn::start();
    let plugin = of(&stand_in);
    let etag = plugin
        .change(create(a(NAME, &["192.0.2.1", "192.0.2.2"]), OURS))
        .unwrap();
    let id = |value: &str| {
        let records = stand_in.records(NAME);
        let found = records.iter().find(|one| one["content"] == value);
        found.map(|one| one["id"].clone())
    };
    let before = id("192.0.2.1");
    stand_in.by_hand(MARK, "TXT", &[CLAIM, &mark(OURS), "\"a note\""]);
    let change = replace(a(NAME, &["192.0.2.1", "192.0.2.3"]), OURS, &etag);
    plugin.change(change).unwrap();
    assert_eq!(id("192.0.2.1"), before);
    assert_eq!(
        stand_in.stored(MARK, "TXT"),
        ["\"a note\"", CLAIM, &mark(OURS)]
    );
}
