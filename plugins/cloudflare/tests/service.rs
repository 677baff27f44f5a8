//! Tokens, zones, limits and representation, against the stand-in for Cloudflare.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod support;

use cloudflare::Cloudflare;
use maquette_plugin_testing::representation::{assert_never_looks_changed, usual_sets};
use maquette_plugin_testing::server::Server as _;
use maquette_sdk::dns::{RecordType, Zone};
use maquette_sdk::{Dns as _, Error, Result};
use serde_json::{Value, json};
use support::{
    Action, EXPIRED, FULL, Plugin, Proxy, READER, StandIn, a, at, cname, create, delete, of,
    replace, txt,
};

const OURS: &str = "cluster/DNSRecord/shop/web";
const NAME: &str = "a.preview.test";

maquette_plugin_testing::representation!(StandIn);

#[test]
fn zones_are_those_that_can_be_changed_and_an_account_can_be_named() {
    let stand_in = StandIn::start();
    let mut plugin = of(&stand_in);
    let names = |plugin: &Plugin| -> Vec<String> {
        let zones = Cloudflare.zones(&plugin.context()).unwrap();
        zones.into_iter().map(|zone| zone.name).collect()
    };
    // A secondary zone gets its content from elsewhere.
    assert_eq!(
        names(&plugin),
        ["preview.test", "second.test", "twins.test", "twins.test"]
    );
    plugin.config.account_id = Some(stand_in.account.clone());
    assert_eq!(
        names(&plugin),
        ["preview.test", "second.test", "twins.test"]
    );
    let zones = Cloudflare.zones(&plugin.context()).unwrap();
    let first = Zone {
        name: "preview.test".into(),
        id: format!("{:032x}", 1),
    };
    assert_eq!(zones[0], first);
}

#[test]
fn a_zone_that_is_not_there_or_there_twice_is_said() {
    let stand_in = StandIn::start();
    let mut plugin = of(&stand_in);
    let observe = |plugin: &Plugin, zone: &str| {
        Cloudflare.observe(&plugin.context(), zone, &[format!("a.{zone}")])
    };
    assert!(matches!(
        observe(&plugin, "nowhere.test"),
        Err(Error::NotFound(_))
    ));
    assert!(matches!(
        observe(&plugin, "twins.test"),
        Err(Error::Invalid(error)) if error.path == "config.accountId"
    ));
    plugin.config.account_id = Some(stand_in.account.clone());
    assert_eq!(observe(&plugin, "twins.test"), Ok(vec![]));
}

#[test]
fn a_proxied_record_set_never_looks_changed_and_neither_does_the_name_of_a_tunnel() {
    let stand_in = StandIn::start();
    let (proxy, mut plugin) = stand_in.counted();
    let tunnel = "c1744f8b-faa1-48a4-9e5c-02ac921467fa.cfargotunnel.com";
    assert_never_looks_changed::<StandIn>(&proxy, &plugin, "t", [cname(NAME, tunnel)]);
    plugin.config.proxied = true;
    let sets = usual_sets().into_iter().chain([cname(NAME, tunnel)]);
    assert_never_looks_changed::<StandIn>(&proxy, &plugin, "p", sets);
}

#[test]
fn what_cloudflare_passes_on_is_as_the_configuration_says_and_another_setting_is_put_right() {
    let stand_in = StandIn::start();
    let mut plugin = of(&stand_in);
    let proxied = |name: &str| -> Vec<Value> {
        let records = stand_in.records(name);
        records.iter().map(|one| one["proxied"].clone()).collect()
    };
    plugin
        .change(create(a(NAME, &["192.0.2.1"]), OURS))
        .unwrap();
    let tunnel = "c1744f8b-faa1-48a4-9e5c-02ac921467fa.cfargotunnel.com";
    plugin
        .change(create(cname("t.preview.test", tunnel), OURS))
        .unwrap();
    assert_eq!(proxied(NAME), [json!(false)]);
    assert_eq!(proxied("t.preview.test"), [json!(true)]);
    // The same Provider with another configuration.
    plugin.config.proxied = true;
    let wanted = a(NAME, &["192.0.2.1"]);
    let etag = plugin.etag(NAME);
    let etag = plugin.change(replace(wanted.clone(), OURS, &etag)).unwrap();
    assert_eq!(proxied(NAME), [json!(true)]);
    assert_eq!(plugin.etag(NAME), etag);
    // Somebody switches it off on the dashboard.
    stand_in.tell(
        &json!({ "edit": { "name": NAME, "type": "A", "content": "192.0.2.1", "proxied": false } }),
    );
    let drifted = plugin.etag(NAME);
    assert_ne!(drifted, etag);
    assert_eq!(plugin.change(replace(wanted, OURS, &drifted)), Ok(etag));
    assert_eq!(proxied(NAME), [json!(true)]);
}

#[test]
fn records_of_one_set_that_disagree_are_put_right() {
    let stand_in = StandIn::start();
    let plugin = of(&stand_in);
    let wanted = a(NAME, &["192.0.2.1", "192.0.2.2"]);
    let etag = plugin.change(create(wanted.clone(), OURS)).unwrap();
    let edit = json!({ "name": NAME, "type": "A", "content": "192.0.2.1", "ttl": 300 });
    stand_in.tell(&json!({ "edit": edit }));
    let drifted = plugin.etag(NAME);
    assert_ne!(drifted, etag);
    assert_eq!(plugin.change(replace(wanted, OURS, &drifted)), Ok(etag));
    let records = stand_in.records(NAME);
    assert!(records.iter().all(|one| one["ttl"] == 60), "{records:?}");
}

#[test]
fn one_name_is_asked_for_by_itself_and_brings_its_mark() {
    let stand_in = StandIn::start();
    let proxy = Proxy::start(stand_in.port, |_| Action::Forward);
    let plugin = at(proxy.url(), FULL);
    for name in ["www.preview.test", "*.w.preview.test"] {
        plugin
            .change(create(a(name, &["192.0.2.1"]), OURS))
            .unwrap();
        let seen = plugin.observe(&[name]).unwrap();
        assert_eq!(seen.len(), 1);
        assert_eq!(seen[0].owner.as_deref(), Some(OURS));
    }
    let asked = |suffix: &str| {
        let asked = format!("&name.endswith={suffix}");
        let requests = proxy.requests();
        requests
            .iter()
            .filter(|line| line.ends_with(&asked))
            .count()
    };
    assert_eq!((asked("www.preview.test"), asked("w.preview.test")), (2, 2));
    assert_eq!(stand_in.records("_mq-wild-a.w.preview.test").len(), 2);
}

#[test]
fn many_changes_go_in_batches_that_every_plan_takes() {
    let stand_in = StandIn::start();
    let plugin = of(&stand_in);
    // An address with mark and claim is three records, an alias with its mark two.
    let names: Vec<String> = (0..100).map(|n| format!("n{n:02}.preview.test")).collect();
    let outcomes = plugin
        .apply(
            names
                .iter()
                .map(|name| create(a(name, &["192.0.2.1"]), OURS)),
        )
        .unwrap();
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert_eq!(stand_in.writes(), 2);
    let aliases: Vec<String> = (0..100).map(|n| format!("c{n:02}.preview.test")).collect();
    let outcomes = plugin
        .apply(
            aliases
                .iter()
                .map(|name| create(cname(name, "target.test"), OURS)),
        )
        .unwrap();
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert_eq!(stand_in.writes(), 3);
}

#[test]
fn a_record_that_is_refused_fails_alone_and_says_why() {
    let stand_in = StandIn::start();
    let plugin = of(&stand_in);
    let long: Vec<String> = (0..5)
        .map(|n| format!("{n}{}", "x".repeat(2_000)))
        .collect();
    let long: Vec<&str> = long.iter().map(String::as_str).collect();
    let names: Vec<String> = (0..20).map(|n| format!("n{n:02}.preview.test")).collect();
    let changes = names.iter().enumerate().map(|(number, name)| {
        let set = if number == 7 {
            txt(name, &long)
        } else {
            a(name, &["192.0.2.1"])
        };
        create(set, OURS)
    });
    let outcomes = plugin.apply(changes).unwrap();
    let refused: Vec<usize> = (0..20).filter(|n| outcomes[*n].is_err()).collect();
    assert_eq!(refused, [7]);
    assert!(
        matches!(&outcomes[7], Err(Error::Invalid(why)) if why.message.contains("TXT records of a name")),
        "{outcomes:?}"
    );
    assert!(stand_in.records("_mq-txt.n07.preview.test").is_empty());
}

#[test]
fn a_zone_that_is_full_still_gets_smaller() {
    let stand_in = StandIn::start();
    let plugin = of(&stand_in);
    plugin
        .change(create(a(NAME, &["192.0.2.1"]), OURS))
        .unwrap();
    stand_in.tell(&json!({ "records": 3 }));
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
    assert!(stand_in.records(NAME).is_empty());
}

#[test]
fn a_token_that_is_none_is_unauthorized_and_one_without_rights_is_forbidden() {
    let stand_in = StandIn::start();
    for token in ["wrong-canary", EXPIRED] {
        let error = at(stand_in.url(), token).observe(&[NAME]).unwrap_err();
        assert!(
            matches!(&error, Error::Unauthorized(text) if !text.contains(token)),
            "{error:?}"
        );
    }
    let reader = at(stand_in.url(), READER);
    assert_eq!(reader.observe(&[NAME]), Ok(vec![]));
    let outcome = reader.change(create(a(NAME, &["192.0.2.1"]), OURS));
    assert!(matches!(outcome, Err(Error::Forbidden(_))), "{outcome:?}");
    assert_eq!(stand_in.writes(), 0);
}
