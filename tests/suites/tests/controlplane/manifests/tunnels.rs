//! Tunnels, and those of workspaces.

use serde_json::{Value, json};

use super::{Manifest, Refused, assert_accepted, assert_refused, manifest, with};

fn spec() -> Value {
    json!({
        "provider": "edge",
        "routes": [
            {"host": "shop.preview.test", "path": "/api", "service": {"name": "api", "port": 8080}},
            {"host": "*.preview.test", "service": {"name": "web", "port": 443, "scheme": "https"}},
        ],
        "dns": {"provider": "corp-dns", "zone": "preview.test", "ttl": 60},
    })
}

fn changed(at: &str, new: Value) -> Manifest {
    manifest("Tunnel", "shop", with(spec(), at, new))
}

fn route(at: &str, new: Value) -> Manifest {
    changed(&format!("/routes/0{at}"), new)
}

fn workspace(networking: &Value) -> Manifest {
    let components = json!([{"name": "web", "template": {"containers": [{"name": "web", "image": "web", "ports": [{"containerPort": 80}]}]}}]);
    manifest(
        "Workspace",
        "shop",
        json!({"networking": networking, "components": components}),
    )
}

#[tokio::test]
async fn a_tunnel_that_cannot_work_is_refused_with_the_fields_path() {
    assert_refused(vec![
        Refused(
            "no provider",
            changed("/provider", Value::Null),
            "spec.provider",
            "Required value",
        ),
        Refused(
            "no routes",
            changed("/routes", json!([])),
            "spec.routes",
            "should have at least 1 items",
        ),
        Refused(
            "a host in upper case",
            route("/host", json!("Shop.preview.test")),
            "spec.routes[0].host",
            "must be a host name in lower case",
        ),
        Refused(
            "a host with an inner star",
            route("/host", json!("shop.*.test")),
            "spec.routes[0].host",
            "must be a host name in lower case",
        ),
        Refused(
            "a label of 64 characters",
            route("/host", json!(format!("{}.test", "a".repeat(64)))),
            "spec.routes[0].host",
            "at most 63 characters",
        ),
        Refused(
            "a path without its slash",
            route("/path", json!("api")),
            "spec.routes[0].path",
            "must start with '/'",
        ),
        Refused(
            "a service in another namespace",
            route("/service/name", json!("api.other")),
            "spec.routes[0].service.name",
            "should match",
        ),
        Refused(
            "an unknown scheme",
            route("/service/scheme", json!("udp")),
            "spec.routes[0].service.scheme",
            "Unsupported value: \"udp\"",
        ),
        Refused(
            "a name that is too long for labels",
            manifest("Tunnel", &"a".repeat(64), spec()),
            "<nil>",
            "a Tunnel's name may have at most 63 characters",
        ),
        Refused(
            "a workspace with a tunnel and no routes",
            workspace(&json!({"tunnel": {"provider": "edge"}})),
            "spec.networking.routes",
            "a tunnel needs routes",
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_tunnel_that_may_work_is_accepted() {
    let route = json!({"to": {"component": "web"}, "host": "shop.preview.test"});
    assert_accepted(vec![
        ("a whole tunnel", manifest("Tunnel", "shop", spec())),
        ("without names", changed("/dns", Value::Null)),
        ("names by default", changed("/dns", json!({}))),
        (
            "a workspace with a tunnel alone",
            workspace(&json!({"tunnel": {"provider": "edge"}, "routes": [route]})),
        ),
        (
            "a workspace with a tunnel and a gateway",
            workspace(&json!({
                "tunnel": {"provider": "edge"}, "gateway": {"name": "shared"}, "dns": {"zone": "preview.test"}, "routes": [route],
            })),
        ),
    ])
    .await;
}
