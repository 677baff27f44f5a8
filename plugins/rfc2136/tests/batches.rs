//! Reading, batches and representation, against a real BIND 9.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod support;

use maquette_plugin_testing::ownership::NAME;
use maquette_plugin_testing::representation::assert_never_looks_changed;
use maquette_plugin_testing::server::Server as _;
use maquette_sdk::dns::{RecordSet, RecordType, Zone};
use maquette_sdk::{Dns as _, Error};
use rfc2136::{Config, Rfc2136};
use support::{Action, Bind, Proxy, a, aaaa, at, cname, create, delete, replace, txt};

const OURS: &str = "cluster/DNSRecord/shop/web";

maquette_plugin_testing::representation!(Bind);

#[test]
fn zones_are_those_of_the_configuration_that_the_server_speaks_for() {
    let bind = Bind::start();
    let mut context = at(bind.url()).context();
    context.config.zones = vec!["Preview.Test.".into(), "elsewhere.test".into()];
    let zone = Zone {
        name: "preview.test".into(),
        id: "preview.test".into(),
    };
    assert_eq!(Rfc2136.zones(&context), Ok(vec![zone]));
    // A name within a zone is none.
    for alone in ["elsewhere.test", "ns.preview.test", "test"] {
        context.config.zones = vec![alone.into()];
        let outcome = Rfc2136.zones(&context);
        assert!(
            matches!(outcome, Err(Error::NotFound(_) | Error::Forbidden(_))),
            "{alone}: {outcome:?}"
        );
    }
    context.config.zones = vec!["no zone".into()];
    assert!(matches!(Rfc2136.zones(&context), Err(Error::Invalid(_))));
}

#[test]
fn two_hundred_changes_cost_a_transfer_and_few_updates_and_any_number_of_names_one_transfer() {
    let bind = Bind::start();
    let proxy = Proxy::dns(bind.port, |_| Action::Forward);
    let plugin = at(proxy.url());
    let names: Vec<String> = (0..200).map(|n| format!("n{n:03}.preview.test")).collect();
    let outcomes = plugin
        .apply(
            names
                .iter()
                .map(|name| create(a(name, &["192.0.2.1"]), OURS)),
        )
        .unwrap();
    assert!(outcomes.iter().all(Result::is_ok));
    assert_eq!(proxy.count("AXFR"), 1);
    assert!(proxy.count("UPDATE") <= 3, "{:?}", proxy.requests());

    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(plugin.observe(&names).unwrap().len(), 200);
    assert_eq!(proxy.count("AXFR"), 2);
}

#[test]
fn a_name_without_record_sets_is_left_out_and_nobody_is_asked_for_no_names() {
    let bind = Bind::start();
    let proxy = Proxy::dns(bind.port, |_| Action::Forward);
    let plugin = at(proxy.url());
    assert_eq!(plugin.observe(&[]), Ok(vec![]));
    assert_eq!(proxy.requests(), [""; 0]);
    assert_eq!(plugin.observe(&["b.preview.test"]), Ok(vec![]));
    plugin
        .change(create(a("a.preview.test", &["192.0.2.1"]), OURS))
        .unwrap();
    let seen = plugin
        .observe(&["b.preview.test", "a.preview.test"])
        .unwrap();
    assert_eq!(seen.len(), 1);
}

#[test]
fn what_the_server_does_not_allow_does_not_stop_the_others() {
    let bind = Bind::start();
    let proxy = Proxy::dns(bind.port, |_| Action::Forward);
    let plugin = at(proxy.url());
    let mut changes: Vec<_> = (0..16)
        .map(|n| create(a(&format!("n{n:02}.preview.test"), &["192.0.2.1"]), OURS))
        .collect();
    changes.insert(5, create(a("x.locked.preview.test", &["192.0.2.1"]), OURS));
    let outcomes = plugin.apply(changes).unwrap();
    for (position, outcome) in outcomes.iter().enumerate() {
        match (position, outcome) {
            (5, Err(Error::Forbidden(_))) => {}
            (5, other) => panic!("{other:?}"),
            (_, outcome) => assert!(outcome.is_ok(), "{position}: {outcome:?}"),
        }
    }
    // Halving 17 finds one culprit with two updates for each of at most five halvings, and the refused first one.
    assert!(proxy.count("UPDATE") <= 11, "{:?}", proxy.requests());
    assert!(bind.stored("x.locked.preview.test").is_empty());
    assert_eq!(bind.stored("n15.preview.test").len(), 2);
}

#[test]
fn what_is_invalid_by_itself_is_said_and_does_not_stop_the_others() {
    let bind = Bind::start();
    let plugin = at(bind.url());
    let outcomes = plugin
        .apply([
            create(a("a.elsewhere.test", &["192.0.2.1"]), OURS),
            create(a("a.preview.test", &["example.com"]), OURS),
            create(cname("preview.test", "b.test"), OURS),
            create(a("a.preview.test", &["192.0.2.1"]), ""),
            delete("a.elsewhere.test", RecordType::A, OURS),
            create(a("good.preview.test", &["192.0.2.1"]), OURS),
        ])
        .unwrap();
    let paths: Vec<&str> = outcomes
        .iter()
        .map(|outcome| match outcome {
            Err(Error::Invalid(error)) => error.path.as_str(),
            Ok(_) => "good",
            other => panic!("{other:?}"),
        })
        .collect();
    let expected = [
        "records.name",
        "records.values[0]",
        "records.kind",
        "owner",
        "name",
        "good",
    ];
    assert_eq!(paths, expected);
}

#[test]
fn unusual_record_sets_never_look_changed() {
    let server = Bind::start();
    let (proxy, plugin) = server.counted();
    let sets = [
        aaaa(NAME, &["::ffff:192.0.2.1"]),
        cname(NAME, "under_score.example.org"),
        txt(NAME, &[" spaces ", "\\195\\188"]),
        txt(NAME, &["and\u{7f}", "v=DKIM1; k=rsa; p=MIGf+/=="]),
        a(NAME, &["0.0.0.0", "255.255.255.255"]),
    ];
    assert_never_looks_changed::<Bind>(&proxy, &plugin, "n", sets);
}

#[test]
fn the_extremes_of_ttl_are_kept_and_a_changed_ttl_alone_is_written() {
    let bind = Bind::start();
    let plugin = at(bind.url());
    let set = |ttl| RecordSet {
        ttl,
        ..a("t.preview.test", &["192.0.2.1"])
    };
    let mut etag = plugin.change(create(set(0), OURS)).unwrap();
    for ttl in [5, 0x7fff_ffff, 0] {
        etag = plugin.change(replace(set(ttl), OURS, &etag)).unwrap();
        assert_eq!(
            plugin.observe(&["t.preview.test"]).unwrap()[0].records,
            set(ttl)
        );
        assert_eq!(plugin.etag("t.preview.test"), etag);
    }
}

#[test]
fn a_zone_that_does_not_exist_is_not_found() {
    let bind = Bind::start();
    let context = maquette_sdk::Context::new(
        Config {
            server: bind.url(),
            zones: vec!["nowhere.test".into()],
        },
        Box::new(at(bind.url()).runtime()),
        std::time::Duration::from_secs(10),
    );
    let observed = Rfc2136.observe(&context, "nowhere.test", &["a.nowhere.test".into()]);
    assert!(matches!(observed, Err(Error::NotFound(_))), "{observed:?}");
    let change = create(a("a.nowhere.test", &["192.0.2.1"]), OURS);
    let applied = Rfc2136.apply(&context, "nowhere.test", vec![change]);
    assert!(matches!(applied, Err(Error::NotFound(_))), "{applied:?}");
    let listed = Rfc2136.list_owned(&context, "nowhere.test", "", None);
    assert!(matches!(listed, Err(Error::NotFound(_))), "{listed:?}");
    let invalid = Rfc2136.observe(&context, "no zone", &[]);
    assert!(matches!(invalid, Err(Error::Invalid(_))), "{invalid:?}");
}
