use maquette_sdk::mock::Mock;
use maquette_sdk::tunnel::{Route, Source, Spec};
use maquette_sdk::{Context, Error, Tunnel as _};

use crate::{Config, ThePlugin};

fn context() -> Context<Config> {
    Mock::new().context(Config {
        relay: "relay.example.com:7000".to_owned(),
        edge: "edge.example.com".to_owned(),
        image: "registry.example.com/connector:1".to_owned(),
    })
}

fn spec(service: &str) -> Spec {
    Spec {
        name: "shop".to_owned(),
        owner: "cluster/Tunnel/shop/web".to_owned(),
        secret: "stands-for-the-secret".to_owned(),
        routes: vec![Route {
            hostname: "shop.example.com".to_owned(),
            path: None,
            service: service.to_owned(),
        }],
    }
}

#[test]
fn ensuring_twice_gives_the_same() {
    let (ctx, spec) = (context(), spec("http://web.shop:80"));
    let first = ThePlugin.ensure(&ctx, &spec).unwrap();
    assert_eq!(ThePlugin.ensure(&ctx, &spec).unwrap(), first);
    assert_eq!(first.id, "shop/cluster/Tunnel/shop/web");
}

#[test]
fn the_connector_gets_the_routes_the_secret_and_the_credential() {
    let made = ThePlugin.ensure(&context(), &spec("http://web.shop:80"));
    let connector = made.unwrap().connector;
    let file = &connector.files[0].content;
    assert!(file.contains("shop.example.com") && file.contains("stands-for-the-secret"));
    assert_eq!(connector.env[0].source, Source::Credential("token".into()));
}

#[test]
fn a_service_that_is_no_url_is_refused_with_its_field() {
    let refused = ThePlugin.ensure(&context(), &spec("web.shop"));
    assert!(matches!(refused, Err(Error::Invalid(field)) if field.path == "routes[0].service"));
}

#[test]
fn another_owners_tunnel_is_not_deleted() {
    let ctx = context();
    let id = ThePlugin.ensure(&ctx, &spec("tcp://db:5432")).unwrap().id;
    let owner = "cluster/Tunnel/shop/web";
    assert_eq!(ThePlugin.delete(&ctx, &id, owner), Ok(()));
    let refused = ThePlugin.delete(&ctx, &id, "cluster/Tunnel/other/web");
    assert_eq!(refused, Err(Error::conflict(Some(owner))));
}
