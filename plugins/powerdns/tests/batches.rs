//! Reading, batches and representation, against a real server.

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
use powerdns::PowerDns;
use support::{Action, Pdns, Proxy, a, aaaa, at, cname, create, delete, txt};

const OURS: &str = "cluster/DNSRecord/shop/web";

maquette_plugin_testing::representation!(Pdns);

#[test]
fn the_zones_of_the_server_are_listed_without_secondaries() {
    let pdns = Pdns::start();
    pdns.make_zone("second.test");
    let (status, body) = pdns.request(
        "POST",
        "/zones",
        r#"{"name": "copy.test.", "kind": "Slave", "masters": ["192.0.2.1"]}"#,
    );
    assert_eq!(status, 201, "{body}");
    let mut zones = PowerDns.zones(&at(pdns.url()).context()).unwrap();
    zones.sort_by(|one, other| one.name.cmp(&other.name));
    let zone = |name: &str| Zone {
        name: name.into(),
        id: format!("{name}."),
    };
    assert_eq!(zones, [zone("preview.test"), zone("second.test")]);
}

#[test]
fn any_number_of_changes_costs_three_requests_and_any_number_of_names_costs_one() {
    let pdns = Pdns::start();
    let proxy = Proxy::start(pdns.port, |_| Action::Forward);
    let plugin = at(proxy.url());
    let names: Vec<String> = (0..200)
        .map(|number| format!("n{number}.preview.test"))
        .collect();
    let outcomes = plugin
        .apply(
            names
                .iter()
                .map(|name| create(a(name, &["192.0.2.1"]), OURS)),
        )
        .unwrap();
    assert!(outcomes.iter().all(Result::is_ok));
    assert_eq!(
        proxy.requests(),
        [
            "GET /zones/preview.test.",
            "PATCH /zones/preview.test.",
            "GET /zones/preview.test."
        ]
    );

    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(plugin.observe(&names).unwrap().len(), 200);
    assert_eq!(proxy.requests().len(), 4);
}

#[test]
fn a_name_without_record_sets_is_left_out_and_so_is_what_only_other_names_have() {
    let pdns = Pdns::start();
    let plugin = at(pdns.url());
    plugin
        .change(create(a("a.preview.test", &["192.0.2.1"]), OURS))
        .unwrap();
    // Asked for one name, PowerDNS 4.7 adds the comments of all others.
    assert_eq!(plugin.observe(&["b.preview.test"]), Ok(vec![]));
    assert_eq!(
        plugin
            .observe(&["b.preview.test", "a.preview.test"])
            .unwrap()
            .len(),
        1
    );
    assert_eq!(plugin.observe(&[]), Ok(vec![]));
}

#[test]
fn one_bad_record_set_does_not_stop_the_others() {
    let pdns = Pdns::start();
    let proxy = Proxy::start(pdns.port, |_| Action::Forward);
    let plugin = at(proxy.url());
    // The plugin takes an IPv4 address in IPv6 notation for valid; PowerDNS 4.7 does not.
    let mut changes: Vec<_> = (0..16)
        .map(|number| create(a(&format!("n{number}.preview.test"), &["192.0.2.1"]), OURS))
        .collect();
    changes.insert(
        5,
        create(aaaa("bad.preview.test", &["::ffff:192.0.2.1"]), OURS),
    );
    let outcomes = plugin.apply(changes).unwrap();
    for (position, outcome) in outcomes.iter().enumerate() {
        match (position, outcome) {
            (5, Err(Error::Invalid(error))) => {
                assert!(error.message.contains("Invalid IPv6 address"), "{error:?}");
            }
            (5, other) => panic!("{other:?}"),
            (_, outcome) => assert!(outcome.is_ok(), "{position}: {outcome:?}"),
        }
    }
    // Halving 17 finds one culprit with two requests for each of at most five halvings, and the refused first one.
    assert!(proxy.count("PATCH") <= 11, "{:?}", proxy.requests());
    assert!(pdns.stored("bad.preview.test").is_empty());
    assert_eq!(pdns.stored("n15.preview.test").len(), 1);
}

#[test]
fn what_is_invalid_by_itself_is_said_without_asking_the_server() {
    let pdns = Pdns::start();
    let proxy = Proxy::start(pdns.port, |_| Action::Forward);
    let plugin = at(proxy.url());
    let path = |outcome: Result<String, Error>| match outcome {
        Err(Error::Invalid(error)) => error.path,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        path(plugin.change(create(a("a.elsewhere.test", &["192.0.2.1"]), OURS))),
        "records.name"
    );
    assert_eq!(
        path(plugin.change(create(a("badpreview.test", &["192.0.2.1"]), OURS))),
        "records.name"
    );
    assert_eq!(
        path(plugin.change(create(a("a.preview.test", &["example.com"]), OURS))),
        "records.values[0]"
    );
    assert_eq!(
        path(plugin.change(create(a("a.preview.test", &[]), OURS))),
        "records.values"
    );
    assert_eq!(
        path(plugin.change(create(cname("preview.test", "b.test"), OURS))),
        "records.kind"
    );
    assert_eq!(
        path(plugin.change(create(a("a.preview.test", &["192.0.2.1"]), ""))),
        "owner"
    );
    assert_eq!(
        path(plugin.change(delete("a.elsewhere.test", RecordType::A, OURS))),
        "name"
    );
    assert_eq!(
        path(
            plugin
                .observe(&["a.preview.test", "a.elsewhere.test"])
                .map(|_| String::new())
        ),
        "names[1]"
    );
    assert_eq!(proxy.requests(), [""; 0]);
}

#[test]
fn unusual_record_sets_never_look_changed() {
    let server = Pdns::start();
    let (proxy, plugin) = server.counted();
    let sets = [
        cname(NAME, "under_score.example.org"),
        txt(NAME, &[" spaces ", "\\195\\188"]),
        txt(NAME, &["and\u{7f}", "v=DKIM1; k=rsa; p=MIGf+/=="]),
        a(NAME, &["0.0.0.0", "255.255.255.255"]),
    ];
    assert_never_looks_changed::<Pdns>(&proxy, &plugin, "n", sets);
}

#[test]
fn wildcards_and_the_extremes_of_ttl_are_kept() {
    let pdns = Pdns::start();
    let plugin = at(pdns.url());
    for ttl in [0, 0x7fff_ffff] {
        let set = RecordSet {
            ttl,
            ..a(&format!("*.t{ttl}.preview.test"), &["192.0.2.1"])
        };
        plugin.change(create(set.clone(), OURS)).unwrap();
        assert_eq!(plugin.observe(&[&set.name]).unwrap()[0].records, set);
    }
    let too_long = RecordSet {
        ttl: 1 << 31,
        ..a("t.preview.test", &["192.0.2.1"])
    };
    assert!(matches!(
        plugin.change(create(too_long, OURS)),
        Err(Error::Invalid(_))
    ));
}

#[test]
fn the_etag_changes_with_the_record_set_and_with_its_owner_mark() {
    let pdns = Pdns::start();
    let plugin = at(pdns.url());
    plugin
        .change(create(a("a.preview.test", &["192.0.2.1"]), OURS))
        .unwrap();
    let mut seen = vec![plugin.etag("a.preview.test")];
    let rrset = |value: &str, comments: serde_json::Value| {
        serde_json::json!({
            "name": "a.preview.test.", "type": "A", "ttl": 60, "changetype": "REPLACE",
            "records": [{ "content": value }], "comments": comments,
        })
    };
    pdns.by_hand(&rrset("192.0.2.1", serde_json::json!([])));
    seen.push(plugin.etag("a.preview.test"));
    pdns.by_hand(&rrset("192.0.2.2", serde_json::json!([])));
    seen.push(plugin.etag("a.preview.test"));
    let distinct: std::collections::BTreeSet<&String> = seen.iter().collect();
    assert_eq!(distinct.len(), 3);
}

#[test]
fn a_zone_that_does_not_exist_is_not_found() {
    let pdns = Pdns::start();
    let context = at(pdns.url()).context();
    let error = PowerDns
        .observe(&context, "nowhere.test", &["a.nowhere.test".into()])
        .unwrap_err();
    assert_eq!(
        error,
        Error::NotFound("the zone `nowhere.test` does not exist at the PowerDNS server".into())
    );
    let change = create(a("a.nowhere.test", &["192.0.2.1"]), OURS);
    assert!(matches!(
        PowerDns.apply(&context, "nowhere.test", vec![change]),
        Err(Error::NotFound(_))
    ));
    assert!(matches!(
        PowerDns.list_owned(&context, "nowhere.test", "", None),
        Err(Error::NotFound(_))
    ));
    assert!(matches!(
        PowerDns.observe(&context, "no zone", &[]),
        Err(Error::Invalid(_))
    ));
}
