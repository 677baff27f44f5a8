//! Tokens, zones, limits and representation, against the stand-in for Cloud DNS.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod support;

use google_cloud_dns::GoogleCloudDns;
use maquette_sdk::dns::{RecordType, Zone};
use maquette_sdk::{Dns as _, Error, Result};
use serde_json::json;
use support::{
    Action, Plugin, Proxy, StandIn, a, at, create, delete, full, of, reader, txt, wrong,
};

const OURS: &str = "cluster/DNSRecord/shop/web";
const NAME: &str = "a.preview.test";

maquette_plugin_testing::representation!(StandIn);

fn names(plugin: &Plugin) -> Vec<String> {
    let zones = GoogleCloudDns.zones(&plugin.context()).unwrap();
    zones.into_iter().map(|zone| zone.name).collect()
}

#[test]
fn public_and_private_zones_are_told_apart_and_can_be_named() {
    let stand_in = StandIn::start();
    let mut plugin = of(&stand_in);
    assert_eq!(
        names(&plugin),
        ["preview.test", "second.test", "twins.test", "twins.test"]
    );
    plugin.config.private_zones = true;
    // What is forwarded holds nothing of its own.
    assert_eq!(names(&plugin), ["inside.test"]);
    plugin.config.private_zones = false;
    plugin.config.managed_zones = vec!["twins-two".to_owned()];
    let zone = Zone {
        name: "twins.test".into(),
        id: "twins-two".into(),
    };
    assert_eq!(GoogleCloudDns.zones(&plugin.context()), Ok(vec![zone]));
}

#[test]
fn a_zone_that_is_not_there_or_there_twice_is_said() {
    let stand_in = StandIn::start();
    let mut plugin = of(&stand_in);
    let observe = |plugin: &Plugin, zone: &str| {
        GoogleCloudDns.observe(&plugin.context(), zone, &[format!("a.{zone}")])
    };
    assert!(matches!(
        observe(&plugin, "nowhere.test"),
        Err(Error::NotFound(_))
    ));
    assert!(matches!(
        observe(&plugin, "twins.test"),
        Err(Error::Invalid(error)) if error.path == "config.managedZones"
    ));
    plugin.config.managed_zones = vec!["twins-two".to_owned()];
    assert_eq!(observe(&plugin, "twins.test"), Ok(vec![]));
}

#[test]
fn a_routing_policy_is_something_else_than_what_is_wanted_and_its_owner_can_remove_it() {
    let stand_in = StandIn::start();
    let plugin = of(&stand_in);
    let etag = plugin
        .change(create(a(NAME, &["192.0.2.1"]), OURS))
        .unwrap();
    let item = json!({ "weight": 1.0, "rrdatas": ["192.0.2.1"] });
    stand_in.tell(
        &json!({ "name": NAME, "type": "A", "routingPolicy": { "wrr": { "items": [item] } } }),
    );
    let seen = plugin.observe(&[NAME]).unwrap().remove(0);
    assert_ne!(seen.etag, etag);
    assert_eq!(seen.owner.as_deref(), Some(OURS));
    assert!(seen.records.values.is_empty());
    let again = create(a(NAME, &["192.0.2.1"]), OURS);
    assert_eq!(plugin.change(again), Err(Error::conflict(Some(OURS))));
    assert_eq!(
        plugin.change(delete(NAME, RecordType::A, OURS)),
        Ok(String::new())
    );
    assert!(stand_in.stored(NAME).is_empty());
}

#[test]
fn many_changes_go_in_batches_that_cloud_dns_takes() {
    let stand_in = StandIn::start();
    let plugin = of(&stand_in);
    // Each is a record set and its mark: 1,200 additions, and 60 × some 4,000 octets.
    let small: Vec<String> = (0..600).map(|n| format!("s{n}.preview.test")).collect();
    let addresses = small
        .iter()
        .map(|name| create(a(name, &["192.0.2.1"]), OURS));
    let outcomes = plugin.apply(addresses).unwrap();
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert_eq!(stand_in.writes(), 2);
    let large = "x".repeat(4_000);
    let texts: Vec<String> = (0..60).map(|n| format!("t{n}.preview.test")).collect();
    let texts = texts.iter().map(|name| create(txt(name, &[&large]), OURS));
    let outcomes = plugin.apply(texts).unwrap();
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert_eq!(stand_in.writes(), 5);
}

#[test]
fn a_change_that_names_its_culprit_is_tried_again_once_without_it() {
    let stand_in = StandIn::start();
    let port = stand_in.port;
    let proxy = Proxy::start(port, move |line| {
        if line.starts_with("POST") {
            support::by_hand(port, "n7.preview.test", "A", &["192.0.2.9"]);
        }
        Action::Forward
    });
    let names: Vec<String> = (0..40).map(|n| format!("n{n}.preview.test")).collect();
    let changes = names
        .iter()
        .map(|name| create(a(name, &["192.0.2.1"]), OURS));
    let outcomes = at(proxy.url(), &full()).apply(changes).unwrap();
    let refused: Vec<usize> = (0..40).filter(|n| outcomes[*n].is_err()).collect();
    assert_eq!(refused, [7]);
    assert_eq!(outcomes[7], Err(Error::Conflict(None)));
    assert_eq!((proxy.count("POST"), stand_in.writes()), (2, 1));
}

#[test]
fn a_project_with_a_lower_quota_gets_smaller_changes() {
    let stand_in = StandIn::start();
    stand_in.tell(&json!({ "additions": 20 }));
    let names: Vec<String> = (0..40).map(|n| format!("n{n}.preview.test")).collect();
    let changes = names
        .iter()
        .map(|name| create(a(name, &["192.0.2.1"]), OURS));
    let outcomes = of(&stand_in).apply(changes).unwrap();
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert_eq!(stand_in.writes(), 4);
}

#[test]
fn a_record_set_with_too_many_values_is_refused_alone() {
    let stand_in = StandIn::start();
    let many: Vec<String> = (0..101).map(|n| format!("text {n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let outcomes = of(&stand_in)
        .apply([
            create(txt("a.preview.test", &many), OURS),
            create(a("b.preview.test", &["192.0.2.1"]), OURS),
        ])
        .unwrap();
    assert!(
        matches!(&outcomes[0], Err(Error::Quota(why)) if why.contains("per resource record set")),
        "{outcomes:?}"
    );
    assert!(outcomes[1].is_ok(), "{outcomes:?}");
}

#[test]
fn a_zone_that_is_full_still_gets_smaller() {
    let stand_in = StandIn::start();
    let plugin = of(&stand_in);
    plugin
        .change(create(a(NAME, &["192.0.2.1"]), OURS))
        .unwrap();
    // The zone's own NS and SOA, a record set and its mark.
    stand_in.tell(&json!({ "sets": 4 }));
    let outcomes = plugin
        .apply([
            create(a("b.preview.test", &["192.0.2.1"]), OURS),
            create(a("c.preview.test", &["192.0.2.1"]), OURS),
            delete(NAME, RecordType::A, OURS),
        ])
        .unwrap();
    let full = |outcome: &Result<String>| matches!(outcome, Err(Error::Quota(_)));
    assert!(full(&outcomes[0]) && full(&outcomes[1]), "{outcomes:?}");
    assert_eq!(outcomes[2], Ok(String::new()));
    assert!(stand_in.stored(NAME).is_empty());
}

#[test]
fn a_wrong_key_is_unauthorized_and_an_account_without_rights_is_forbidden() {
    let stand_in = StandIn::start();
    let error = at(stand_in.url(), &wrong()).observe(&[NAME]).unwrap_err();
    assert!(matches!(error, Error::Unauthorized(_)), "{error:?}");
    let elsewhere = json!({ "audience": "https://storage.googleapis.com/" });
    let elsewhere = of(&stand_in).signing_with(elsewhere);
    let error = elsewhere.observe(&[NAME]).unwrap_err();
    assert!(matches!(error, Error::Unauthorized(_)), "{error:?}");
    let outcome = at(stand_in.url(), &reader()).change(create(a(NAME, &["192.0.2.1"]), OURS));
    assert!(matches!(outcome, Err(Error::Forbidden(_))), "{outcome:?}");
    let mut other = of(&stand_in);
    other.config.project = "another-project".to_owned();
    let error = other.observe(&[NAME]).unwrap_err();
    assert!(matches!(error, Error::Forbidden(_)), "{error:?}");
    assert_eq!(stand_in.writes(), 0);
}
