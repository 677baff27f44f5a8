//! Tunnels of `plugins/cloudflare` through the operator's own host, at the stand-in for Cloudflare.

use std::time::{Duration, Instant};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use maquette_conformance::Offer;
use maquette_host::kinds::tunnel::{Route, Spec, Target, Tunnel, TunnelSecret};
use maquette_host::{
    Call, CallError, Grants, Host, Origin, PluginError, Secret, Settings, manifest::SECTION,
};
use serde_json::{Value, json};
use wasm_encoder::{ComponentSection as _, CustomSection};

use crate::cloudflare::stand_in::{FULL, StandIn};
use crate::support::component;

const NAME: &str = "shop-web-0011223344";

/// The plugin's tunnels, as the operator has them; the host lives as long as the test.
async fn tunnels(stand_in: &StandIn) -> (Tunnel, tempfile::TempDir) {
    let mut wasm = component("cloudflare", "cloudflare");
    let manifest = maquette_host::describe(&wasm).await.unwrap();
    CustomSection {
        name: SECTION.into(),
        data: serde_json::to_vec(&manifest).unwrap().into(),
    }
    .append_to_component(&mut wasm);
    let cache = tempfile::tempdir().unwrap();
    let host = Host::new(Settings::new(cache.path())).unwrap();
    let offer = Offer::start(wasm).await.unwrap();
    let installed = host.install(&offer.wanted()).await.unwrap();
    let mut interfaces = installed.interfaces.clone();
    interfaces.retain(|name| name.contains("/dns@") || name.contains("/tunnel@"));
    assert_eq!(interfaces.len(), 2, "{:?}", installed.interfaces);
    let grants = Grants {
        config: json!({ "endpoint": stand_in.url(), "accountId": stand_in.account }),
        credentials: [("token".to_owned(), Secret::new(FULL))].into(),
        egress: vec![Origin::of(&stand_in.url()).unwrap()],
        egress_cidrs: vec!["127.0.0.0/8".parse().unwrap()],
        ..Grants::default()
    };
    let provider = host
        .provider("cloudflare", &installed.digest, grants)
        .unwrap();
    (provider.tunnel().unwrap(), cache)
}

fn call() -> Call {
    Call {
        installation: "uid".into(),
        object: "Tunnel/shop/web".into(),
        idempotency_key: "key".into(),
        deadline: Instant::now() + Duration::from_secs(30),
    }
}

fn spec(owner: &str) -> Spec {
    Spec {
        name: NAME.into(),
        owner: owner.into(),
        routes: vec![Route {
            hostname: "web.preview.test".into(),
            path: Some("/api".into()),
            service: "http://web.shop.svc:80".into(),
        }],
    }
}

#[tokio::test]
async fn cloudflare_keeps_a_tunnel_through_the_host_and_its_secret_is_nowhere_but_where_it_belongs()
{
    let stand_in = StandIn::start();
    let (tunnel, _cache) = tunnels(&stand_in).await;
    let spec = spec("uid/Tunnel/shop/web");
    let secret = TunnelSecret::random().unwrap();

    let made = tunnel.ensure(&call(), &spec, &secret).await.unwrap();

    let (id, kept) = stand_in.tunnel(NAME).unwrap();
    assert_eq!(
        made.target,
        Target::Hostname(format!("{id}.cfargotunnel.com"))
    );
    assert_eq!(kept["secret"], secret.expose());
    let file = &made.connector.files[0];
    let credentials: Value = serde_json::from_str(file.content.expose()).unwrap();
    assert_eq!(credentials["TunnelSecret"], secret.expose());
    assert_eq!(credentials["TunnelID"], id);
    // Cloudflare's answer has it in another form, too.
    let shown = format!("{made:?} {}", serde_json::to_string(&made).unwrap());
    assert!(!shown.contains(secret.expose()) && !shown.contains(&STANDARD.encode(secret.expose())));

    let seen = tunnel.observe(&call(), &id).await.unwrap().unwrap();
    assert_eq!(
        (&seen.routes, seen.owner.as_deref(), seen.connections),
        (&spec.routes, Some("uid/Tunnel/shop/web"), Some(0))
    );
    let other = TunnelSecret::random().unwrap();
    let rotated = tunnel.rotate(&call(), &id, &spec, &other).await.unwrap();
    assert_eq!(stand_in.tunnel(NAME).unwrap().1["secret"], other.expose());
    assert!(
        rotated.connector.files[0]
            .content
            .expose()
            .contains(other.expose())
    );

    let emptied = Spec {
        routes: vec![],
        ..spec.clone()
    };
    tunnel
        .set_routes(&call(), &id, &emptied, &other, &seen.version)
        .await
        .unwrap();
    stand_in.tell(&json!({ "tunnel": id, "clients": [4] }));
    let page = tunnel.list_owned(&call(), "uid/", None).await.unwrap();
    assert_eq!((page.items.len(), page.next), (1, None));
    tunnel.delete(&call(), &id, &spec.owner).await.unwrap();
    assert!(stand_in.tunnel(NAME).is_none());
    assert!(tunnel.observe(&call(), &id).await.unwrap().is_none());
}

#[tokio::test]
async fn a_tunnel_of_another_owner_is_a_conflict_that_names_him_through_the_host() {
    let stand_in = StandIn::start();
    let (tunnel, _cache) = tunnels(&stand_in).await;
    stand_in.tell(&json!({ "makeTunnel": format!("{NAME} maquette/v1 owner=other/Tunnel/a/b") }));
    let secret = TunnelSecret::random().unwrap();
    let refused = tunnel
        .ensure(&call(), &spec("uid/Tunnel/shop/web"), &secret)
        .await;
    assert!(
        matches!(&refused, Err(CallError::Plugin(PluginError::Conflict(Some(owner)))) if owner == "other/Tunnel/a/b"),
        "{refused:?}"
    );
}
