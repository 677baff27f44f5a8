//! Two that write at one time, against the stand-in for Cloudflare.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod support;

use maquette_sdk::dns::{Change, RecordType};
use maquette_sdk::{Error, Result};
use support::{
    Action, FULL, Plugin, Proxy, StandIn, a, at, cname, create, delete, of, replace, txt,
};

const OURS: &str = "cluster/DNSRecord/shop/web";
const THEIRS: &str = "cluster/DNSRecord/shop/other";
const NAME: &str = "a.preview.test";

/// The outcome of our change when this is done right before its batch arrives.
fn meanwhile(
    stand_in: &StandIn,
    ours: Change,
    deed: impl Fn(&Plugin) + Send + Sync + 'static,
) -> Result<String> {
    let direct = of(stand_in);
    let proxy = Proxy::start(stand_in.port, move |line| {
        if line.starts_with("POST") {
            deed(&direct);
        }
        Action::Forward
    });
    at(proxy.url(), FULL).change(ours)
}

#[test]
fn of_two_that_create_at_one_time_the_second_is_refused_whatever_the_values_and_the_type() {
    for (ours, theirs) in [
        (a(NAME, &["192.0.2.1"]), a(NAME, &["192.0.2.9"])),
        (txt(NAME, &["ours"]), txt(NAME, &["theirs"])),
        (cname(NAME, "ours.test"), cname(NAME, "theirs.test")),
        (cname(NAME, "ours.test"), a(NAME, &["192.0.2.9"])),
    ] {
        let stand_in = StandIn::start();
        let made = theirs.clone();
        let outcome = meanwhile(&stand_in, create(ours, OURS), move |plugin| {
            plugin.change(create(made.clone(), THEIRS)).unwrap();
        });
        assert_eq!(outcome, Err(Error::Conflict(None)));
        let seen = of(&stand_in).observe(&[NAME]).unwrap();
        assert_eq!(seen.len(), 1, "{seen:?}");
        assert_eq!(seen[0].records.values, theirs.values);
        assert_eq!(seen[0].owner.as_deref(), Some(THEIRS));
    }
}

#[test]
fn of_two_that_change_at_one_time_the_second_is_refused_also_where_both_only_add() {
    for theirs in [
        &["192.0.2.1", "192.0.2.9"] as &[&str],
        &["192.0.2.9"],
        &["192.0.2.1"],
    ] {
        let stand_in = StandIn::start();
        let plugin = of(&stand_in);
        let etag = plugin
            .change(create(a(NAME, &["192.0.2.1"]), OURS))
            .unwrap();
        let ours = replace(a(NAME, &["192.0.2.1", "192.0.2.2"]), OURS, &etag);
        let mut theirs = a(NAME, theirs);
        theirs.ttl = 120;
        let made = theirs.clone();
        let outcome = meanwhile(&stand_in, ours, move |plugin| {
            let change = replace(made.clone(), OURS, &etag);
            plugin.change(change).unwrap();
        });
        assert_eq!(outcome, Err(Error::Conflict(None)));
        let seen = plugin.observe(&[NAME]).unwrap().remove(0);
        assert_eq!(seen.records, theirs);
    }
}

#[test]
fn of_a_deletion_and_a_change_at_one_time_the_second_is_refused() {
    let stand_in = StandIn::start();
    let plugin = of(&stand_in);
    let etag = plugin
        .change(create(a(NAME, &["192.0.2.1"]), OURS))
        .unwrap();
    let outcome = meanwhile(
        &stand_in,
        delete(NAME, RecordType::A, OURS),
        move |plugin| {
            let change = replace(a(NAME, &["192.0.2.1", "192.0.2.2"]), OURS, &etag);
            plugin.change(change).unwrap();
        },
    );
    assert_eq!(outcome, Err(Error::Conflict(None)));
    assert_eq!(stand_in.stored(NAME, "A"), ["192.0.2.1", "192.0.2.2"]);
}
