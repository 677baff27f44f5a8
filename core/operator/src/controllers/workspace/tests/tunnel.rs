//! A workspace that is reached through a tunnel.

use super::*;
use maquette_api::{Tunnel, condition::condition, provider::Entrance, tunnel::CONNECTED};

fn tunneled() -> Workspace {
    let mut shop = shop();
    let networking = shop.spec.networking.as_mut().unwrap();
    networking.gateway = None;
    networking.tunnel = Some(serde_json::from_value(json!({ "provider": "edge" })).unwrap());
    shop.status = Some(holding(&["shop.preview.test", "new.preview.test"]));
    shop
}

fn outside() -> Observed {
    Observed {
        dns_provider: Some("corp".into()),
        entrance: Some(Entrance::default()),
        ..Observed::default()
    }
}

fn key() -> Key {
    super::super::names::of_tunnel(&tunneled(), "edge")
}

/// The wanted tunnel as it was made, with this verdict, connected or not.
fn tunnel(observed: &mut Observed, verdict: &Verdict, connected: bool) {
    let plan = plan(&tunneled(), &outside());
    let made = plan.apply.iter().find(|o| o.kind == Kind::Tunnel).unwrap();
    let spec = serde_json::from_value(made.object()["spec"].clone()).unwrap();
    let mut tunnel = Tunnel::new(&key().name, spec);
    tunnel.metadata.namespace = Some("team".into());
    tunnel.metadata.uid = Some("t1".into());
    tunnel.metadata.generation = Some(1);
    let mut conditions = verdict.conditions(&[], Some(1), now());
    conditions.push(condition(
        &[],
        CONNECTED,
        connected,
        "R",
        "",
        Some(1),
        now(),
    ));
    tunnel.status = Some(maquette_api::TunnelStatus {
        observed_generation: Some(1),
        target: vec!["in.test".into()],
        conditions,
        ..maquette_api::TunnelStatus::default()
    });
    observed.tunnels = vec![Arc::new(tunnel)];
}

/// A record set of the host as it would be made, which is kept or not.
fn record(observed: &mut Observed, host: &str, values: &[&str], kept: bool) {
    let kind = if values[0].parse::<std::net::IpAddr>().is_ok() {
        "A"
    } else {
        "CNAME"
    };
    let spec = json!({ "provider": "corp", "zone": "preview.test", "name": host, "type": kind, "values": values, "ttl": 60 });
    let name = super::super::names::of_host("shop", host);
    let mut record = DNSRecord::new(&name, serde_json::from_value(spec).unwrap());
    record.metadata.namespace = Some("team".into());
    record.metadata.uid = Some(format!("d-{host}"));
    record.metadata.generation = Some(1);
    if kept {
        record.status = Some(maquette_api::DNSRecordStatus {
            observed_generation: Some(1),
            conditions: Verdict::ready("").conditions(&[], Some(1), now()),
            ..maquette_api::DNSRecordStatus::default()
        });
    }
    observed.records.push(Arc::new(record));
}

fn values(plan: &Plan<Infallible>) -> Option<Value> {
    let record = plan.apply.iter().find(|o| o.kind == Kind::DNSRecord)?;
    Some(record.object()["spec"]["values"].clone())
}

#[test]
fn one_tunnel_serves_every_host_and_leads_to_the_components_services() {
    let mut shop = tunneled();
    let networking = shop.spec.networking.as_mut().unwrap();
    let mut api = networking.routes[0].clone();
    api.path = Some("/api".into());
    networking.routes.push(api);

    let plan = plan(&shop, &outside());

    assert_eq!(
        names(&plan),
        [
            "Component shop-redis".to_owned(),
            format!("Tunnel {}", key().name)
        ]
    );
    let made = plan.apply.iter().find(|o| o.kind == Kind::Tunnel).unwrap();
    let service = json!({ "name": "shop-web", "port": 3000 });
    assert_eq!(
        made.object()["spec"],
        json!({ "provider": "edge", "routes": [
            { "host": "shop.preview.test", "service": service },
            { "host": "shop.preview.test", "path": "/api", "service": service },
        ] })
    );
    assert_eq!(made.object()["metadata"]["finalizers"], json!([FINALIZER]));
}

#[test]
fn a_name_points_to_the_tunnel_once_that_is_connected_and_stays_when_it_is_not_any_more() {
    let mut observed = outside();
    assert_eq!(values(&plan(&tunneled(), &observed)), None);
    let coming = Verdict::progressing("Progressing", "it comes");
    tunnel(&mut observed, &coming, false);
    assert_eq!(values(&plan(&tunneled(), &observed)), None);
    tunnel(&mut observed, &coming, true);
    assert_eq!(
        values(&plan(&tunneled(), &observed)),
        Some(json!(["in.test"]))
    );
    record(&mut observed, "shop.preview.test", &["in.test"], true);
    tunnel(&mut observed, &coming, false);
    assert_eq!(
        values(&plan(&tunneled(), &observed)),
        Some(json!(["in.test"]))
    );
}

#[test]
fn the_address_is_the_entrance_of_the_tunnels_provider_and_is_known_before_the_tunnel_is() {
    let urls = |observed: &Observed| {
        status(&tunneled(), observed, &Results::default(), now())
            .status
            .urls
    };
    let mut observed = outside();
    assert_eq!(urls(&observed), ["https://shop.preview.test"]);
    observed.entrance = serde_json::from_value(json!({ "scheme": "http", "port": 8080 })).unwrap();
    assert_eq!(urls(&observed), ["http://shop.preview.test:8080"]);
    observed.entrance = None;
    assert_eq!(urls(&observed), [""; 0]);
}

#[test]
fn a_workspace_is_ready_when_its_tunnel_and_its_names_are_and_says_what_is_wrong_with_them() {
    let mut observed = updates::running(&tunneled(), outside());
    let reason = |observed: &Observed| said(&tunneled(), observed).1;
    assert_eq!(reason(&observed), "Progressing");
    tunnel(
        &mut observed,
        &Verdict::failing("ConnectorNotReady", "it is not connected"),
        false,
    );
    let (_, said_reason, message) = said(&tunneled(), &observed);
    assert_eq!(said_reason, "ConnectorNotReady");
    assert_eq!(
        message,
        format!("tunnel {}: it is not connected", key().name)
    );
    tunnel(&mut observed, &Verdict::ready(""), true);
    assert_eq!(reason(&observed), "Progressing", "the name is not there");
    record(&mut observed, "shop.preview.test", &["in.test"], true);
    assert_eq!(reason(&observed), "Ready");
}

#[test]
fn a_workspace_that_moves_to_a_tunnel_keeps_its_route_until_its_name_points_there() {
    let mut observed = outside();
    let name = super::super::names::of_host("shop", "shop.preview.test");
    let mut route = DynamicObject::new(&name, &Kind::HTTPRoute.api_resource()).within("team");
    route.metadata.uid = Some("r1".into());
    observed.routes.push(Arc::new(route.into()));
    record(&mut observed, "shop.preview.test", &["198.18.0.1"], true);

    assert_eq!(deleted(&plan(&tunneled(), &observed)), [""; 0]);
    tunnel(&mut observed, &Verdict::ready(""), true);
    let moved = plan(&tunneled(), &observed);
    assert_eq!(values(&moved), Some(json!(["in.test"])));
    assert_eq!(deleted(&moved), [""; 0], "the name leads there still");
    // The name is right in the API, and not kept by the provider yet.
    observed.records.clear();
    record(&mut observed, "shop.preview.test", &["in.test"], false);
    assert_eq!(deleted(&plan(&tunneled(), &observed)), [""; 0]);
    observed.records.clear();
    record(&mut observed, "shop.preview.test", &["in.test"], true);
    assert_eq!(
        deleted(&plan(&tunneled(), &observed)),
        [format!("HTTPRoute {name}")]
    );
}

#[test]
fn a_workspace_that_leaves_its_tunnel_loses_it_when_its_name_points_to_the_gateway_that_has_its_route()
 {
    let mut observed = around();
    tunnel(&mut observed, &Verdict::ready(""), true);
    record(&mut observed, "shop.preview.test", &["in.test"], true);
    let back = plan(&shop(), &observed);
    assert_eq!(values(&back), None, "the Gateway does not serve it yet");
    assert_eq!(deleted(&back), [""; 0]);
    let name = super::super::names::of_host("shop", "shop.preview.test");
    let mut route = DynamicObject::new(&name, &Kind::HTTPRoute.api_resource()).within("team");
    let conditions = [
        json!({ "type": "Accepted", "status": "True" }),
        json!({ "type": "ResolvedRefs", "status": "True" }),
    ];
    route.data = json!({ "status": { "parents": [{ "conditions": conditions }] } });
    observed.routes.push(Arc::new(route.into()));
    let back = plan(&shop(), &observed);
    assert_eq!(values(&back), Some(json!(["198.18.0.1"])));
    assert_eq!(deleted(&back), [""; 0], "the name leads there still");
    observed.records.clear();
    record(&mut observed, "shop.preview.test", &["198.18.0.1"], true);
    assert_eq!(
        deleted(&plan(&shop(), &observed)),
        [format!("Tunnel {}", key().name)]
    );
}

#[test]
fn a_host_that_left_the_spec_leaves_the_tunnel_at_once() {
    let mut observed = outside();
    tunnel(&mut observed, &Verdict::ready(""), true);
    record(&mut observed, "shop.preview.test", &["in.test"], true);
    let mut moved = tunneled();
    moved.spec.networking.as_mut().unwrap().routes[0].host = Some("new.preview.test".into());
    let plan = plan(&moved, &observed);
    let made = plan.apply.iter().find(|o| o.kind == Kind::Tunnel).unwrap();
    let routes = made.object()["spec"]["routes"].as_array().unwrap();
    let hosts: Vec<&Value> = routes.iter().map(|route| &route["host"]).collect();
    assert_eq!(hosts, ["new.preview.test"]);
    let record = super::super::names::of_host("shop", "shop.preview.test");
    assert_eq!(deleted(&plan), [format!("DNSRecord {record}")]);
}

#[test]
fn the_tunnel_of_a_workspace_that_lost_all_hosts_is_deleted() {
    let mut observed = outside();
    tunnel(&mut observed, &Verdict::ready(""), true);
    observed.hosts_taken.insert("shop.preview.test".into());
    let plan = plan(&tunneled(), &observed);
    assert_eq!(deleted(&plan), [format!("Tunnel {}", key().name)]);
}

#[test]
fn names_go_before_the_tunnel_and_the_tunnel_before_components() {
    let mut shop = tunneled();
    shop.metadata.deletion_timestamp = Some(Time(now()));
    let mut observed = outside();
    with(&mut observed, "web", Some(&Verdict::ready("")), &[]);
    tunnel(&mut observed, &Verdict::ready(""), true);
    record(&mut observed, "shop.preview.test", &["in.test"], true);
    let step = |observed: &Observed| deleted(&plan(&shop, observed)).join(",");

    assert!(
        step(&observed).starts_with("DNSRecord"),
        "{}",
        step(&observed)
    );
    observed.records.clear();
    assert_eq!(step(&observed), format!("Tunnel {}", key().name));
    observed.tunnels.clear();
    assert_eq!(step(&observed), "Component shop-web");
}

#[test]
fn a_tunnel_of_another_owner_is_not_touched() {
    let mut observed = outside();
    observed.taken.push((Kind::Tunnel, key()));
    assert_eq!(
        names(&plan(&tunneled(), &observed)),
        ["Component shop-redis"]
    );
    assert_eq!(said(&tunneled(), &observed).1, "NameTaken");
}
