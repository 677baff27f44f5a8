//! Zones, limits, representation and faults, against moto with Route 53's preconditions.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod support;

use std::time::Duration;

use maquette_sdk::dns::Zone;
use maquette_sdk::{Dns as _, Error, Result};
use route53::Route53;
use support::{Action, Key, Moto, Plugin, Proxy, a, at, create, of, reply, txt};

const OURS: &str = "cluster/DNSRecord/shop/web";
const NAME: &str = "a.preview.test";

maquette_plugin_testing::faults!(Moto);
maquette_plugin_testing::representation!(Moto);

fn names(plugin: &Plugin) -> Vec<String> {
    let zones = Route53.zones(&plugin.context()).unwrap();
    let mut names: Vec<String> = zones.into_iter().map(|zone| zone.name).collect();
    names.sort();
    names
}

#[test]
fn public_and_private_zones_are_told_apart_and_can_be_named() {
    let moto = Moto::start();
    let mut plugin = of(&moto);
    assert_eq!(
        names(&plugin),
        ["preview.test", "second.test", "twins.test", "twins.test"]
    );
    plugin.config.private_zones = true;
    assert_eq!(names(&plugin), ["inside.test"]);
    plugin.config.private_zones = false;
    plugin.config.hosted_zone_ids = vec![moto.zone.clone()];
    let zone = Zone {
        name: "preview.test".into(),
        id: moto.zone.clone(),
    };
    assert_eq!(Route53.zones(&plugin.context()), Ok(vec![zone]));
}

#[test]
fn a_zone_that_is_not_there_or_there_twice_is_said() {
    let moto = Moto::start();
    let context = of(&moto).context();
    let observe = |zone: &str| Route53.observe(&context, zone, &[format!("a.{zone}")]);
    assert!(matches!(observe("nowhere.test"), Err(Error::NotFound(_))));
    assert!(matches!(
        observe("twins.test"),
        Err(Error::Invalid(error)) if error.path == "config.hostedZoneIds"
    ));
}

#[test]
fn the_ownership_record_of_a_wildcard_has_a_name_without_it() {
    let moto = Moto::start();
    let set = a("*.w.preview.test", &["192.0.2.1"]);
    of(&moto).change(create(set, OURS)).unwrap();
    assert_eq!(moto.stored("_mq-wild-a.w.preview.test").len(), 1);
}

#[test]
fn many_changes_go_in_batches_that_route_53_takes() {
    let moto = Moto::start();
    let plugin = of(&moto);
    // Each is a record set and its mark: 1,200 elements, and 60 × 1,500 characters.
    let small: Vec<String> = (0..600).map(|n| format!("s{n}.preview.test")).collect();
    let outcomes = plugin
        .apply(
            small
                .iter()
                .map(|name| create(a(name, &["192.0.2.1"]), OURS)),
        )
        .unwrap();
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert_eq!(moto.writes(), 2);
    let large = "x".repeat(1_500);
    let texts: Vec<String> = (0..60).map(|n| format!("t{n}.preview.test")).collect();
    let outcomes = plugin
        .apply(texts.iter().map(|name| create(txt(name, &[&large]), OURS)))
        .unwrap();
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert_eq!(moto.writes(), 5);
}

#[test]
fn a_wrong_key_is_unauthorized_and_a_key_without_rights_is_forbidden() {
    let moto = Moto::start();
    let wrong = Key {
        secret: "wrong-canary".to_owned(),
        ..moto.full.clone()
    };
    let error = at(moto.url(), &wrong).observe(&[NAME]).unwrap_err();
    assert!(
        matches!(&error, Error::Unauthorized(text) if !text.contains("wrong-canary")),
        "{error:?}"
    );
    let unknown = Key {
        id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
        ..moto.full.clone()
    };
    let error = at(moto.url(), &unknown).observe(&[NAME]).unwrap_err();
    assert!(matches!(error, Error::Unauthorized(_)), "{error:?}");
    let outcome = at(moto.url(), &moto.reader).change(create(a(NAME, &["192.0.2.1"]), OURS));
    assert!(matches!(outcome, Err(Error::Forbidden(_))), "{outcome:?}");
    assert_eq!(moto.writes(), 0);
}

/// Observes through a proxy that answers everything in the same way.
fn observe(answer: impl Fn() -> Action + Send + Sync + 'static) -> Error {
    let proxy = Proxy::start(1, move |_| answer());
    let key = Key {
        id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
        secret: "s".to_owned(),
    };
    at(proxy.url(), &key)
        .with_time(Duration::from_secs(3))
        .observe(&[NAME])
        .unwrap_err()
}

#[test]
fn faults_of_the_service_become_typed_errors() {
    let answer =
        |status, headers, body: &'static str| observe(move || reply(status, headers, body));
    let throttled = "<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code>\
                     <Message>Rate exceeded</Message></Error></ErrorResponse>";
    assert_eq!(answer(400, "", throttled), Error::RateLimited(1_000));
    assert_eq!(
        answer(429, "Retry-After: 90\r\n", ""),
        Error::RateLimited(90_000)
    );
    assert!(matches!(answer(200, "", "<html>"), Error::Transient(_)));
    assert!(matches!(answer(200, "", "\u{0}"), Error::Transient(_)));
    assert!(matches!(answer(500, "", "oops"), Error::Transient(_)));
    assert!(matches!(
        answer(503, "Retry-After: 90\r\n", ""),
        Error::Transient(error) if error.retry_after_ms == Some(90_000)
    ));
}
