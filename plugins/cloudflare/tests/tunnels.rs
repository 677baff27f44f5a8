//! The rules of `wit/tunnel/tunnel.wit`, against the stand-in for Cloudflare.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod support;

use cloudflare::Cloudflare;
use maquette_sdk::tunnel::{Established, Probe, Route, Spec, Target};
use maquette_sdk::{Error, Result, Tunnel as _};
use serde_json::{Value, json};
use support::{Action, FULL, Plugin, Proxy, StandIn, at, of, of_account};

const NAME: &str = "shop-web-0011223344";
const OURS: &str = "uid/Tunnel/shop/web";
const THEIRS: &str = "uid/Tunnel/shop/other";
/// 32 bytes in base64, as the host's placeholder is.
const SECRET: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

fn route(hostname: &str, path: Option<&str>) -> Route {
    Route {
        hostname: hostname.into(),
        path: path.map(Into::into),
        service: "http://web.shop.svc:80".into(),
    }
}

fn spec(routes: Vec<Route>) -> Spec {
    Spec {
        name: NAME.into(),
        owner: OURS.into(),
        secret: SECRET.into(),
        routes,
    }
}

fn web() -> Spec {
    spec(vec![
        route("web.test", None),
        route("web.test", Some("/api")),
    ])
}

fn ensure(plugin: &Plugin, spec: &Spec) -> Result<Established> {
    Cloudflare.ensure(&plugin.context(), spec)
}

fn writes(stand_in: &StandIn) -> u64 {
    stand_in.tell(&json!({}))["tunnelWrites"].as_u64().unwrap()
}

fn config(stand_in: &StandIn) -> Value {
    stand_in.tunnel(NAME).unwrap().1["config"].clone()
}

#[test]
fn a_tunnel_is_made_once_with_its_owner_in_its_name_and_its_routes() {
    let stand_in = StandIn::start();
    let plugin = of_account(&stand_in);
    let made = ensure(&plugin, &web()).unwrap();
    let (id, kept) = stand_in.tunnel(NAME).unwrap();
    assert_eq!(made.id, id);
    assert_eq!(made.version, "1");
    assert!(
        matches!(&made.target, Target::Hostname(name) if *name == format!("{id}.cfargotunnel.com"))
    );
    assert_eq!(kept["name"], format!("{NAME} maquette/v1 owner={OURS}"));
    assert_eq!(
        kept["config"],
        json!({ "ingress": [
            { "hostname": "web.test", "service": "http://web.shop.svc:80" },
            { "hostname": "web.test", "path": "^/api", "service": "http://web.shop.svc:80" },
            { "service": "http_status:404" },
        ]})
    );
    let again = ensure(&plugin, &web()).unwrap();
    assert_eq!((again.id, again.version), (made.id, made.version));
    assert_eq!(writes(&stand_in), 2);
}

#[test]
fn the_connector_is_cloudflared_with_credentials_in_a_file() {
    let stand_in = StandIn::start();
    let plugin = of_account(&stand_in);
    let made = ensure(&plugin, &web()).unwrap();
    let connector = &made.connector;
    assert_eq!(connector.image, "registry.test/cloudflared:1");
    let file = &connector.files[0];
    let run = ["run", "--credentials-file", &file.path, &made.id];
    assert!(
        connector.args.ends_with(&run.map(str::to_owned)),
        "{:?}",
        connector.args
    );
    // What cloudflared reads (`connection.Credentials`), with the secret that the tunnel was created with.
    let credentials: Value = serde_json::from_str(&file.content).unwrap();
    assert_eq!(
        credentials,
        json!({ "AccountTag": stand_in.account, "TunnelSecret": SECRET, "TunnelID": made.id })
    );
    assert_eq!(stand_in.tunnel(NAME).unwrap().1["secret"], SECRET);
    assert!(connector.env.is_empty() && !connector.args.join(" ").contains(SECRET));
    assert!(matches!(&connector.ready, Some(Probe { path, port: 2000 }) if path == "/ready"));
}

#[test]
fn a_tunnel_that_is_unmarked_or_anothers_is_never_changed_and_the_owner_is_named() {
    for (name, owner) in [
        (NAME.to_owned(), None),
        (format!("{NAME} maquette/v1 owner={THEIRS}"), Some(THEIRS)),
    ] {
        let stand_in = StandIn::start();
        stand_in.tell(&json!({ "makeTunnel": name }));
        let plugin = of_account(&stand_in);
        let (id, before) = stand_in.tunnel(NAME).unwrap();
        let ctx = plugin.context();
        let conflict = Error::conflict(owner);
        assert_eq!(ensure(&plugin, &web()).unwrap_err(), conflict);
        assert_eq!(
            Cloudflare.set_routes(&ctx, &id, &web(), "0").unwrap_err(),
            conflict
        );
        assert_eq!(Cloudflare.rotate(&ctx, &id, &web()).unwrap_err(), conflict);
        assert_eq!(Cloudflare.delete(&ctx, &id, OURS).unwrap_err(), conflict);
        assert_eq!(stand_in.tunnel(NAME).unwrap(), (id, before));
        assert_eq!(stand_in.tell(&json!({}))["disconnected"], 0);
    }
}

#[test]
fn a_longer_name_is_another_tunnel() {
    let stand_in = StandIn::start();
    let longer = format!("{NAME}-more maquette/v1 owner={THEIRS}");
    stand_in.tell(&json!({ "makeTunnel": longer }));
    let made = ensure(&of_account(&stand_in), &web()).unwrap();
    let found = stand_in.tunnel(&format!("{NAME} ")).unwrap();
    assert_eq!(made.id, found.0);
}

#[test]
fn what_was_made_while_it_was_looked_for_is_found_at_the_next_try() {
    let stand_in = StandIn::start();
    let direct = of_account(&stand_in);
    let proxy = Proxy::start(stand_in.port, move |line| {
        if line.starts_with("POST") {
            ensure(&direct, &web()).unwrap();
        }
        Action::Forward
    });
    let mut plugin = at(proxy.url(), FULL);
    plugin.config.account_id = Some(stand_in.account.clone());
    assert!(matches!(ensure(&plugin, &web()), Err(Error::Transient(_))));
    let found = ensure(&plugin, &web()).unwrap();
    assert_eq!(found.id, stand_in.tunnel(NAME).unwrap().0);
}

#[test]
fn a_creation_whose_answer_is_lost_makes_one_tunnel() {
    let stand_in = StandIn::start();
    let proxy = Proxy::start(stand_in.port, |line| {
        if line.starts_with("POST") {
            Action::LoseAnswer
        } else {
            Action::Forward
        }
    });
    let mut plugin = at(proxy.url(), FULL);
    plugin.config.account_id = Some(stand_in.account.clone());
    assert!(matches!(ensure(&plugin, &web()), Err(Error::Transient(_))));
    let found = ensure(&plugin, &web()).unwrap();
    assert_eq!((proxy.count("POST"), found.version.as_str()), (1, "0"));
    // Its routes are set as those of every tunnel are.
    let set = Cloudflare.set_routes(&plugin.context(), &found.id, &web(), "0");
    assert_eq!(set.unwrap().version, "1");
}

#[test]
fn routes_are_replaced_as_a_whole_and_equal_ones_in_another_order_write_nothing() {
    let stand_in = StandIn::start();
    let plugin = of_account(&stand_in);
    let made = ensure(&plugin, &web()).unwrap();
    let ctx = plugin.context();
    let set = |spec: &Spec, expect: &str| Cloudflare.set_routes(&ctx, &made.id, spec, expect);
    let mut turned = web();
    turned.routes.reverse();
    assert_eq!(set(&turned, "1").unwrap().version, "1");
    assert_eq!(writes(&stand_in), 2);
    let other = spec(vec![route("*.other.test", Some("/a.b"))]);
    assert_eq!(set(&other, "1").unwrap().version, "2");
    assert_eq!(config(&stand_in)["ingress"][0]["path"], r"^/a\.b");
    let seen = Cloudflare.observe(&ctx, &made.id).unwrap().unwrap();
    assert_eq!(
        (
            seen.name.as_str(),
            seen.owner.as_deref(),
            seen.version.as_str()
        ),
        (NAME, Some(OURS), "2")
    );
    assert_eq!(seen.routes.len(), 1);
    assert_eq!(seen.routes[0].path.as_deref(), Some("/a.b"));
    // The same again is done already, whatever was expected.
    assert_eq!(set(&other, "1").unwrap().version, "2");
    assert_eq!(set(&spec(vec![]), "2").unwrap().version, "3");
    assert_eq!(
        config(&stand_in)["ingress"],
        json!([{ "service": "http_status:404" }])
    );
    assert!(
        Cloudflare
            .observe(&ctx, &made.id)
            .unwrap()
            .unwrap()
            .routes
            .is_empty()
    );
}

#[test]
fn a_configuration_that_somebody_changed_is_a_conflict_with_the_old_version_and_what_he_set_for_a_rule_stays()
 {
    let stand_in = StandIn::start();
    let plugin = of_account(&stand_in);
    let made = ensure(&plugin, &web()).unwrap();
    let mut changed = config(&stand_in);
    changed["ingress"][0]["originRequest"] = json!({ "noTLSVerify": true });
    changed["ingress"][1]["path"] = json!("^/other");
    stand_in.tell(&json!({ "tunnel": made.id, "config": changed }));
    let ctx = plugin.context();
    let set = |expect: &str| Cloudflare.set_routes(&ctx, &made.id, &web(), expect);
    assert_eq!(set("1").unwrap_err(), Error::conflict(Some(OURS)));
    let seen = Cloudflare.observe(&ctx, &made.id).unwrap().unwrap();
    assert_eq!(set(&seen.version).unwrap().version, "3");
    let ingress = config(&stand_in)["ingress"].clone();
    assert_eq!(ingress[0]["originRequest"], json!({ "noTLSVerify": true }));
    assert_eq!(ingress[1]["path"], "^/api");
}

#[test]
fn what_cannot_be_routed_is_refused_before_a_tunnel_is_made() {
    let stand_in = StandIn::start();
    let plugin = of_account(&stand_in);
    let field = |spec: &Spec| match ensure(&plugin, spec) {
        Err(Error::Invalid(error)) => error.path,
        other => panic!("{other:?}"),
    };
    let twice = spec(vec![route("a.test", None), route("a.test", None)]);
    assert_eq!(field(&twice), "routes[1]");
    let mut files = web();
    files.routes[0].service = "unix:/run/secrets".into();
    assert_eq!(field(&files), "routes[0].service");
    let mut named = web();
    named.name = "a name maquette/v1 owner=x".into();
    assert_eq!(field(&named), "spec.name");
    let nowhere = of(&stand_in);
    assert!(
        matches!(ensure(&nowhere, &web()), Err(Error::Invalid(error)) if error.path == "config.accountId")
    );
    assert_eq!(writes(&stand_in), 0);
}

#[test]
fn a_new_secret_is_given_to_the_tunnel_and_to_the_connector() {
    let stand_in = StandIn::start();
    let plugin = of_account(&stand_in);
    let made = ensure(&plugin, &web()).unwrap();
    let mut other = web();
    other.secret = SECRET.replace("AAEC", "BBBB");
    let rotated = Cloudflare
        .rotate(&plugin.context(), &made.id, &other)
        .unwrap();
    assert_eq!(stand_in.tunnel(NAME).unwrap().1["secret"], other.secret);
    assert!(rotated.connector.files[0].content.contains(&other.secret));
    assert_eq!((rotated.id, rotated.version), (made.id, made.version));
}

#[test]
fn connections_are_counted_and_ended_before_the_tunnel_is_removed() {
    let stand_in = StandIn::start();
    let plugin = of_account(&stand_in);
    let made = ensure(&plugin, &web()).unwrap();
    let ctx = plugin.context();
    let connections = || {
        let seen = Cloudflare.observe(&ctx, &made.id).unwrap().unwrap();
        seen.connections
    };
    assert_eq!(connections(), Some(0));
    stand_in.tell(&json!({ "tunnel": made.id, "clients": [4, 2], "running": true }));
    assert_eq!(connections(), Some(6));
    // A connector that still runs is connected again at once.
    assert!(matches!(
        Cloudflare.delete(&ctx, &made.id, OURS),
        Err(Error::Transient(error)) if error.retry_after_ms == Some(2_000)
    ));
    assert!(stand_in.tunnel(NAME).is_some());
    stand_in.tell(&json!({ "tunnel": made.id, "clients": [4], "running": false }));
    assert_eq!(Cloudflare.delete(&ctx, &made.id, OURS), Ok(()));
    assert!(stand_in.tunnel(NAME).is_none());
    assert_eq!(stand_in.tell(&json!({}))["disconnected"], 2);
    assert_eq!(Cloudflare.delete(&ctx, &made.id, OURS), Ok(()));
    assert!(Cloudflare.observe(&ctx, &made.id).unwrap().is_none());
    // The name is free again.
    assert_ne!(ensure(&plugin, &web()).unwrap().id, made.id);
}

#[test]
fn what_is_absent_is_absent_and_an_account_that_is_not_the_tokens_is_no_absence() {
    let stand_in = StandIn::start();
    let mut plugin = of_account(&stand_in);
    for id in ["f70ff985-a4ef-4643-bbbc-4a0ed4fc8415", "../zones", ""] {
        let ctx = plugin.context();
        assert!(Cloudflare.observe(&ctx, id).unwrap().is_none());
        assert_eq!(Cloudflare.delete(&ctx, id, OURS), Ok(()));
        assert!(matches!(
            Cloudflare.set_routes(&ctx, id, &web(), ""),
            Err(Error::NotFound(_))
        ));
    }
    let made = ensure(&plugin, &web()).unwrap();
    plugin.config.account_id = Some("0".repeat(32));
    let ctx = plugin.context();
    assert!(matches!(
        Cloudflare.observe(&ctx, &made.id),
        Err(Error::Forbidden(_))
    ));
    assert!(matches!(
        Cloudflare.delete(&ctx, &made.id, OURS),
        Err(Error::Forbidden(_))
    ));
}

#[test]
fn a_tunnel_that_is_configured_elsewhere_is_left_alone() {
    let stand_in = StandIn::start();
    let plugin = of_account(&stand_in);
    let made = ensure(&plugin, &web()).unwrap();
    stand_in.tell(&json!({ "tunnel": made.id, "source": "local" }));
    let ctx = plugin.context();
    let outcome = Cloudflare.set_routes(&ctx, &made.id, &spec(vec![]), "1");
    assert!(matches!(outcome, Err(Error::Forbidden(_))), "{outcome:?}");
}

#[test]
fn what_is_owned_is_listed_over_every_page_and_nothing_else() {
    let stand_in = StandIn::start();
    let plugin = of_account(&stand_in);
    for number in 0..120 {
        let owner = match number % 3 {
            0 => format!(" maquette/v1 owner=uid/Tunnel/shop/{number}"),
            1 => format!(" maquette/v1 owner=other/{number}"),
            _ => String::new(),
        };
        stand_in.tell(&json!({ "makeTunnel": format!("t{number}{owner}") }));
    }
    let gone = stand_in.tunnel("t0 ").unwrap().0;
    stand_in.tell(&json!({ "tunnel": gone, "deleted": true }));
    let ctx = plugin.context();
    let (mut listed, mut cursor) = (Vec::new(), None::<String>);
    for _ in 0..10 {
        let page = Cloudflare
            .list_owned(&ctx, "uid/", cursor.as_deref())
            .unwrap();
        listed.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(listed.len(), 39);
    assert!(listed.iter().all(|one| {
        one.owner
            .as_deref()
            .is_some_and(|owner| owner.starts_with("uid/"))
    }));
}
