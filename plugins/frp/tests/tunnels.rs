//! What the plugin makes of its arguments.

#![expect(clippy::unwrap_used, reason = "what cannot be arranged fails the test")]

use frp::{Config, Frp};
use maquette_sdk::mock::{Mock, Reply};
use maquette_sdk::tunnel::{Established, Route, Source, Spec, Target, Tunnel};
use maquette_sdk::{Context, Error};
use serde_json::json;

const OWNER: &str = "maquette/uid/shop/web";
const DASHBOARD: &str = "http://frps.test:7500";

fn config(more: &serde_json::Value) -> Config {
    let mut config =
        json!({ "server": "frps.test:7000", "publicHost": "in.test", "image": "r.test/frpc:1" });
    config
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    serde_json::from_value(config).unwrap()
}

fn context() -> Context<Config> {
    Mock::new().context(config(&json!({})))
}

fn route(hostname: &str, path: Option<&str>, service: &str) -> Route {
    Route {
        hostname: hostname.into(),
        path: path.map(Into::into),
        service: service.into(),
    }
}

fn spec(routes: Vec<Route>) -> Spec {
    Spec {
        name: "shop-web-0011223344".into(),
        owner: OWNER.into(),
        secret: "c2VjcmV0".into(),
        routes,
    }
}

fn web() -> Spec {
    spec(vec![route("web.test", None, "http://web.shop.svc:8080")])
}

fn file(established: &Established) -> String {
    established.connector.files.first().unwrap().content.clone()
}

fn ensure(spec: &Spec) -> Result<Established, Error> {
    Frp.ensure(&context(), spec)
}

#[test]
fn a_tunnel_is_frpc_with_a_file_that_holds_no_secret() {
    let made = ensure(&web()).unwrap();

    assert!(matches!(&made.target, Target::Hostname(host) if host == "in.test"));
    assert_eq!(made.version, "");
    let text = file(&made);
    for line in [
        r#"serverAddr = "frps.test""#,
        "serverPort = 7000",
        r#"user = "shop-web-0011223344.{{ .Envs.HOSTNAME }}""#,
        r#"auth.token = {{ printf "%q" .Envs.MAQUETTE_FRP_TOKEN }}"#,
        r#"type = "http""#,
        r#"customDomains = ["web.test"]"#,
        r#"localIP = "web.shop.svc""#,
        "localPort = 8080",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
    }
    assert!(!text.contains("c2VjcmV0"), "{text}");
    let sources: Vec<&Source> = made.connector.env.iter().map(|v| &v.source).collect();
    assert!(
        matches!(sources.as_slice(), [Source::Credential(name), Source::Secret] if name == "token"),
        "{sources:?}"
    );
}

#[test]
fn paths_hosts_and_services_of_every_scheme_have_their_own_proxies_and_groups() {
    let text = file(
        &ensure(&spec(vec![
            route("web.test", Some("/api"), "http://api.shop.svc:80"),
            route("web.test", None, "http://web.shop.svc:80"),
            route("tls.test", None, "https://tls.shop.svc:443"),
            route("db.test", None, "tcp://db.shop.svc:5432"),
        ]))
        .unwrap(),
    );
    let starting = |start: &str| text.lines().filter(|line| line.starts_with(start)).count();

    assert_eq!(starting("[[proxies]]"), 4);
    assert_eq!(starting(r#"locations = ["/api"]"#), 1);
    assert_eq!(starting("remotePort = 5432"), 1);
    assert_eq!(starting("customDomains"), 3);
    let mut groups: Vec<&str> = text
        .lines()
        .filter(|l| l.starts_with("loadBalancer.group ="))
        .collect();
    groups.sort_unstable();
    groups.dedup();
    assert_eq!(groups.len(), 4, "{groups:?}");
}

#[test]
fn a_tenants_text_becomes_neither_configuration_nor_template() {
    let hostile = r#"/{{ .Envs.MAQUETTE_FRP_TOKEN }}"]
serverAddr = "evil.test"#;
    let text = file(
        &ensure(&spec(vec![route(
            "web.test",
            Some(hostile),
            "http://a.b.svc:1",
        )]))
        .unwrap(),
    );

    assert_eq!(text.matches("{{").count(), 3, "{text}");
    assert_eq!(
        text.lines()
            .filter(|line| line.starts_with("serverAddr"))
            .count(),
        1,
        "{text}"
    );
}

#[test]
fn what_frp_cannot_route_is_refused_with_its_field() {
    let field = |routes| match ensure(&spec(routes)).unwrap_err() {
        Error::Invalid(error) => error.path,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        field(vec![route("a.test", Some("/x"), "https://a:1")]),
        "routes[0].path"
    );
    assert_eq!(
        field(vec![route("a.test", None, "udp://a:1")]),
        "routes[0].service"
    );
    let same = || route("a.test", None, "http://a:1");
    assert_eq!(field(vec![same(), same()]), "routes[1]");
}

#[test]
fn an_identifier_holds_name_and_owner_and_nobody_elses_tunnel_is_changed() {
    let ctx = context();
    let id = ensure(&web()).unwrap().id;

    let seen = Frp.observe(&ctx, &id).unwrap().unwrap();
    assert_eq!(
        (
            seen.name.as_str(),
            seen.owner.as_deref(),
            seen.version.as_str()
        ),
        ("shop-web-0011223344", Some(OWNER), "")
    );
    assert!(Frp.delete(&ctx, &id, OWNER).is_ok());
    for refused in [
        Frp.delete(&ctx, &id, "maquette/uid/other/web").unwrap_err(),
        Frp.rotate(
            &ctx,
            &id,
            &Spec {
                owner: "other".into(),
                ..web()
            },
        )
        .unwrap_err(),
    ] {
        assert!(
            matches!(&refused, Error::Conflict(Some(owner)) if owner == OWNER),
            "{refused:?}"
        );
    }
}

#[test]
fn the_dashboard_counts_connectors_that_are_online() {
    let proxy = |name: &str, status: &str| json!({ "name": name, "status": status });
    let http = json!({ "proxies": [
        proxy("shop-web-0011223344.pod-1.http:web.test", "online"),
        proxy("shop-web-0011223344.pod-1.http:two.test", "online"),
        proxy("shop-web-0011223344.pod-2.http:web.test", "online"),
        proxy("shop-web-0011223344.pod-0.http:web.test", "offline"),
        proxy("shop-web-00112233445.pod-9.http:web.test", "online"),
    ]});
    let none = json!({ "proxies": null });
    let url = |kind: &str| format!("{DASHBOARD}/api/proxy/{kind}");
    let mock = Mock::new()
        .on("GET", &url("http"), Reply::json(200, &http))
        .on("GET", &url("https"), Reply::json(200, &none))
        .on("GET", &url("tcp"), Reply::json(200, &none));
    let ctx = mock.context(config(&json!({ "dashboard": DASHBOARD })));

    let seen = Frp
        .observe(&ctx, &ensure(&web()).unwrap().id)
        .unwrap()
        .unwrap();

    assert_eq!(seen.connections, Some(2));
    assert_eq!(
        mock.requests().first().unwrap().headers["authorization"],
        "<credential dashboard>"
    );
    mock.assert_done();
}
