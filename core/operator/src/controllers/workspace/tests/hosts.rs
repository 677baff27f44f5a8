//! Hosts: their names, who holds them, and how they are given up.

use super::*;
use std::collections::BTreeSet;

const HOST: &str = "shop.preview.test";

/// The route of a host as it was created, accepted by the Gateway.
fn route(observed: &mut Observed, host: &str) {
    let name = super::super::names::of_host("shop", host);
    let mut route = DynamicObject::new(&name, &Kind::HTTPRoute.api_resource()).within("team");
    route.metadata.uid = Some(format!("r-{host}"));
    let conditions = [
        json!({ "type": "Accepted", "status": "True" }),
        json!({ "type": "ResolvedRefs", "status": "True" }),
    ];
    route.data = json!({ "status": { "parents": [{ "conditions": conditions }] } });
    observed.routes.push(Arc::new(route.into()));
}

/// A record set of a host, which is kept.
fn record(observed: &mut Observed, host: &str, kind: &str, values: &[&str]) {
    let spec = json!({ "provider": "corp", "zone": "preview.test", "name": host, "type": kind, "values": values, "ttl": 60 });
    let mut name = super::super::names::of_host("shop", host);
    if kind == "AAAA" {
        name.push_str("-aaaa");
    }
    let mut record = DNSRecord::new(&name, serde_json::from_value(spec).unwrap());
    record.metadata.namespace = Some("team".into());
    record.metadata.uid = Some(format!("d-{name}"));
    record.metadata.generation = Some(1);
    record.status = Some(maquette_api::DNSRecordStatus {
        observed_generation: Some(1),
        conditions: Verdict::ready("").conditions(&[], Some(1), now()),
        ..maquette_api::DNSRecordStatus::default()
    });
    observed.records.push(Arc::new(record));
}

fn served(host: &str) -> Observed {
    let mut observed = around();
    route(&mut observed, host);
    record(&mut observed, host, "A", &["198.18.0.1"]);
    observed
}

fn of_host(kind: &str, host: &str) -> String {
    format!("{kind} {}", super::super::names::of_host("shop", host))
}

fn held(workspace: &Workspace, observed: &Observed) -> Vec<String> {
    let report = status(workspace, observed, &Results::default(), now());
    let hosts = report.status.hosts.into_iter();
    hosts.map(|claim| claim.host).collect()
}

#[test]
fn a_host_may_carry_the_name_and_the_namespace_and_nothing_else() {
    let with_host = |host: &str| {
        let mut shop = shop();
        shop.spec.networking.as_mut().unwrap().routes[0].host = Some(host.into());
        shop
    };
    let urls = |host: &str| {
        status(&with_host(host), &around(), &Results::default(), now())
            .status
            .urls
    };
    assert_eq!(
        urls("${workspace::namespace}-${workspace::name}.preview.test"),
        ["http://team-shop.preview.test:8000"]
    );
    for (host, reason) in [
        ("${components::web.host}.preview.test", "UnknownReference"),
        ("${workspace::name}.other.test", "InvalidSpec"),
        (
            "${workspace::name}${workspace::name}-.preview.test",
            "InvalidSpec",
        ),
    ] {
        let (_, said, message) = said(&with_host(host), &around());
        assert_eq!(said, reason, "{message}");
        assert!(
            message.starts_with("spec.networking.routes[0].host: "),
            "{message}"
        );
    }
}

#[test]
fn a_host_is_served_only_after_the_status_says_that_it_is_held() {
    let mut shop = shop();
    shop.status = None;
    let first = plan(&shop, &around());
    assert_eq!(names(&first), ["Component shop-redis"]);
    assert!(first.again_in.unwrap() < std::time::Duration::from_secs(1));
    let report = status(&shop, &around(), &Results::default(), now());
    let claim = serde_json::to_value(&report.status.hosts).unwrap();
    assert_eq!(
        claim,
        json!([{ "host": HOST, "since": "1970-01-01T00:16:40Z" }])
    );
    shop.status = Some(report.status);
    let second = plan(&shop, &around());
    assert!(names(&second).contains(&of_host("HTTPRoute", HOST)));
    assert_eq!(second.again_in, None);
}

#[test]
fn the_time_of_a_claim_stays() {
    let later = Timestamp::from_second(9000).unwrap();
    let report = status(&shop(), &around(), &Results::default(), later);
    assert_eq!(report.status.hosts, shop().status.unwrap().hosts);
}

#[test]
fn a_workspace_that_is_not_admitted_asks_for_nothing_and_keeps_what_it_holds() {
    let refusal = Verdict::stalled("OutOfScope", "the scope does not include it");
    let mut observed = around();
    observed.refusal = Some(refusal);
    let mut new = shop();
    new.status = None;
    assert_eq!(said(&new, &observed).1, "OutOfScope");
    assert_eq!(held(&new, &observed), [""; 0]);
    assert_eq!(names(&plan(&new, &observed)), ["Component shop-redis"]);
    assert_eq!(plan(&new, &observed).again_in, None);
    assert_eq!(held(&shop(), &observed), [HOST]);
    assert_eq!(said(&shop(), &observed).1, "Progressing");
    assert!(names(&plan(&shop(), &observed)).contains(&of_host("HTTPRoute", HOST)));
}

#[test]
fn a_host_of_another_object_is_not_served_and_the_message_does_not_tell_whose_it_is() {
    let mut observed = around();
    observed.hosts_taken.insert(HOST.into());
    let mut new = shop();
    new.status = None;
    let (phase, reason, message) = said(&new, &observed);
    assert_eq!(
        (phase.as_str(), reason.as_str()),
        ("Failed", "HostnameTaken")
    );
    assert_eq!(
        message,
        "spec.networking.routes: the host shop.preview.test is in use by another object; set another host, or wait until it is free"
    );
    assert_eq!(names(&plan(&new, &observed)), ["Component shop-redis"]);
    assert_eq!(held(&new, &observed), [""; 0]);
}

#[test]
fn a_workspace_that_loses_a_host_deletes_everything_of_it_at_once_and_holds_it_until_that_is_gone()
{
    let mut observed = served(HOST);
    observed.hosts_taken.insert(HOST.into());
    assert_eq!(
        deleted(&plan(&shop(), &observed)),
        [of_host("HTTPRoute", HOST), of_host("DNSRecord", HOST)]
    );
    assert_eq!(held(&shop(), &observed), [HOST]);
    observed.records.clear();
    observed.routes.clear();
    assert_eq!(held(&shop(), &observed), [""; 0]);
}

#[test]
fn a_host_that_left_the_spec_is_deleted_at_once_whatever_the_others_wait_for() {
    let mut moved = shop();
    moved.spec.networking.as_mut().unwrap().routes[0].host = Some("new.preview.test".into());
    let mut observed = served(HOST);
    observed.gateway = Some(Err(GatewayProblem::NoAddress(Key::new("infra", "shared"))));
    assert_eq!(
        deleted(&plan(&moved, &observed)),
        [of_host("HTTPRoute", HOST), of_host("DNSRecord", HOST)]
    );
    assert_eq!(held(&moved, &observed), ["new.preview.test", HOST]);
    observed.routes.clear();
    assert_eq!(held(&moved, &observed), ["new.preview.test", HOST]);
    observed.records.clear();
    assert_eq!(held(&moved, &observed), ["new.preview.test"]);
}

#[test]
fn a_spec_that_makes_no_sense_gives_no_host_up() {
    let mut shop = shop();
    let networking = shop.spec.networking.as_mut().unwrap();
    let mut wrong = networking.routes[0].clone();
    wrong.host = Some("${workspace::nmae}.preview.test".into());
    networking.routes.push(wrong);
    assert_eq!(said(&shop, &served(HOST)).1, "UnknownReference");
    assert_eq!(held(&shop, &served(HOST)), [HOST]);
    assert_eq!(deleted(&plan(&shop, &served(HOST))), [""; 0]);
}

#[test]
fn an_object_in_the_way_is_not_touched() {
    let key = super::super::names::of_route(&shop(), HOST);
    let mut observed = around();
    observed.taken.push((Kind::HTTPRoute, key));
    let plan = plan(&shop(), &observed);
    assert!(
        !names(&plan)
            .iter()
            .any(|name| name.starts_with("HTTPRoute"))
    );
    assert_eq!(said(&shop(), &observed).1, "NameTaken");
}

#[test]
fn the_address_is_that_of_a_listener_which_accepts_the_host() {
    let mut observed = around();
    let url = |observed: &Observed| {
        status(&shop(), observed, &Results::default(), now())
            .status
            .url
    };
    let with = |listeners| {
        let addresses = vec![("IPAddress".into(), "198.18.0.1".into())];
        Some(Ok(Gateway {
            addresses,
            listeners,
        }))
    };
    let web = listener("web", "HTTP", 80, None);
    observed.gateway = with(vec![
        listener("other", "HTTPS", 443, Some("*.other.test")),
        web.clone(),
    ]);
    assert_eq!(url(&observed).unwrap(), "http://shop.preview.test");
    for hostname in [None, Some("*.preview.test"), Some(HOST)] {
        observed.gateway = with(vec![web.clone(), listener("tls", "HTTPS", 443, hostname)]);
        assert_eq!(url(&observed).unwrap(), "https://shop.preview.test");
    }
}

#[test]
fn a_gateway_with_both_families_of_addresses_gets_both_records() {
    let mut observed = around();
    let address = |value: &str| ("IPAddress".to_owned(), value.to_owned());
    let both = [address("198.18.0.1"), address("2001:db8::1")];
    observed.gateway = Some(Ok(Gateway {
        addresses: both.to_vec(),
        listeners: vec![listener("web", "HTTP", 80, None)],
    }));
    let plan = plan(&shop(), &observed);
    let records: BTreeSet<(String, String)> = plan
        .apply
        .iter()
        .filter(|object| object.kind == Kind::DNSRecord)
        .map(|object| {
            let spec = &object.object()["spec"];
            (spec["type"].to_string(), spec["values"].to_string())
        })
        .collect();
    let record = |kind: &str, value: &str| (format!("\"{kind}\""), format!("[\"{value}\"]"));
    let expected = [record("A", "198.18.0.1"), record("AAAA", "2001:db8::1")];
    assert_eq!(records, expected.into());
}

#[test]
fn a_record_of_a_family_that_the_gateway_lost_is_deleted_when_the_other_one_is_reached() {
    let mut observed = served(HOST);
    record(&mut observed, HOST, "AAAA", &["2001:db8::1"]);
    let stale = format!("{}-aaaa", of_host("DNSRecord", HOST));
    assert_eq!(deleted(&plan(&shop(), &observed)), [stale]);
    observed.routes.clear();
    assert_eq!(deleted(&plan(&shop(), &observed)), [""; 0]);
}
