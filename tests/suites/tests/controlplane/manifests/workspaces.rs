//! Workspaces.

use serde_json::{Value, json};

use super::{Manifest, Refused, assert_accepted, assert_refused, manifest, with};

fn spec() -> Value {
    json!({
        "networking": {
            "dns": {"provider": "corp-dns", "zone": "preview.test"},
            "gateway": {"name": "shared", "namespace": "infra"},
            "routes": [{"to": {"component": "web", "network": "http"}}],
        },
        "components": [
            {"name": "db", "template": {"containers": [{"name": "db", "image": "db:1"}]}, "networks": [{"name": "tcp", "port": 5432}]},
            {
                "name": "web",
                "dependsOn": [{"component": "db", "condition": "Ready"}],
                "template": {"containers": [{"name": "web", "image": "web:1"}]},
                "networks": [{"name": "http", "port": 80, "targetPort": 8080, "protocol": "TCP"}],
            },
        ],
    })
}

fn named(name: &str, spec: Value) -> Manifest {
    manifest("Workspace", name, spec)
}

fn changed(at: &str, new: Value) -> Manifest {
    named("pr-1", with(spec(), at, new))
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "it is one table")]
async fn a_workspace_that_cannot_work_is_refused_with_the_fields_path() {
    let route = |host: &str| json!([{"to": {"component": "web"}, "host": host}]);
    let long_label = format!("{}.preview.test", "a".repeat(64));
    let same = json!([
        {"name": "web", "template": {"containers": [{"name": "a", "image": "a"}]}},
        {"name": "web", "template": {"containers": [{"name": "b", "image": "b"}]}},
    ]);
    let mut rows = vec![
        Refused(
            "a name that starts with a digit",
            named("1-shop", spec()),
            "<nil>",
            "metadata.name must be a DNS label",
        ),
        Refused(
            "a name with a dot",
            named("pr.1", spec()),
            "<nil>",
            "metadata.name must be a DNS label",
        ),
        Refused(
            "names too long together",
            named(&"p".repeat(49), spec()),
            "<nil>",
            "at most 51 characters together",
        ),
        Refused(
            "no components",
            changed("/components", json!([])),
            "spec.components",
            "should have at least 1 items",
        ),
        Refused(
            "components missing",
            changed("/components", Value::Null),
            "spec.components",
            "Required value",
        ),
        Refused(
            "two components of one name",
            named("pr-1", json!({"components": same})),
            "spec.components[1]",
            "Duplicate value",
        ),
        Refused(
            "a component's name in capitals",
            changed("/components/0/name", json!("Db")),
            "spec.components[0].name",
            "should match",
        ),
        Refused(
            "a component's name of 51 characters",
            changed("/components/0/name", json!("d".repeat(51))),
            "spec.components[0].name",
            "Too long",
        ),
        Refused(
            "a dependency on itself",
            changed("/components/0/dependsOn", json!([{"component": "db"}])),
            "spec.components[0].dependsOn",
            "a component cannot depend on itself",
        ),
        Refused(
            "a dependency on its own workspace",
            changed(
                "/components/1/dependsOn",
                json!([{"kind": "Workspace", "name": "pr-1"}]),
            ),
            "spec.components",
            "a component cannot depend on its own workspace",
        ),
        Refused(
            "a dependency on a component and an object",
            changed(
                "/components/1/dependsOn",
                json!([{"component": "db", "kind": "Tunnel", "name": "t"}]),
            ),
            "spec.components[1].dependsOn[0].component",
            "set component, or kind and name",
        ),
        Refused(
            "a dependency on nothing",
            changed("/components/1/dependsOn", json!([{"condition": "Ready"}])),
            "spec.components[1].dependsOn[0].component",
            "set component, or kind and name",
        ),
        Refused(
            "a dependency on an object without a name",
            changed("/components/1/dependsOn", json!([{"kind": "Tunnel"}])),
            "spec.components[1].dependsOn[0].name",
            "an object needs kind and name",
        ),
        Refused(
            "a dependency on an unknown kind",
            changed(
                "/components/1/dependsOn",
                json!([{"kind": "Pod", "name": "p"}]),
            ),
            "spec.components[1].dependsOn[0].kind",
            "Unsupported value: \"Pod\"",
        ),
        Refused(
            "a record that is Completed",
            changed(
                "/components/1/dependsOn",
                json!([{"kind": "DNSRecord", "name": "r", "condition": "Completed"}]),
            ),
            "spec.components[1].dependsOn[0].condition",
            "only a Component can be Started or Completed",
        ),
        Refused(
            "an unknown condition",
            changed("/components/1/dependsOn/0/condition", json!("Healthy")),
            "spec.components[1].dependsOn[0].condition",
            "Unsupported value: \"Healthy\"",
        ),
        Refused(
            "an unknown workload",
            changed("/components/0/workload", json!("DaemonSet")),
            "spec.components[0].workload",
            "Unsupported value: \"DaemonSet\"",
        ),
        Refused(
            "no containers",
            changed("/components/0/template", json!({"volumes": []})),
            "spec.components[0].template.containers",
            "Required value",
        ),
        Refused(
            "an empty list of containers",
            changed("/components/0/template/containers", json!([])),
            "spec.components[0].template.containers",
            "should have at least 1 items",
        ),
        Refused(
            "port 0",
            changed("/components/0/networks/0/port", json!(0)),
            "spec.components[0].networks[0].port",
            "greater than or equal to 1",
        ),
        Refused(
            "port 65536",
            changed("/components/0/networks/0/port", json!(65536)),
            "spec.components[0].networks[0].port",
            "less than or equal to 65535",
        ),
        Refused(
            "target port 0",
            changed("/components/0/networks/0/targetPort", json!(0)),
            "spec.components[0].networks[0].targetPort",
            "greater than or equal to 1",
        ),
        Refused(
            "a network's name of 16 characters",
            changed("/components/0/networks/0/name", json!("n".repeat(16))),
            "spec.components[0].networks[0].name",
            "Too long",
        ),
        Refused(
            "an unknown protocol",
            changed("/components/0/networks/0/protocol", json!("QUIC")),
            "spec.components[0].networks[0].protocol",
            "Unsupported value: \"QUIC\"",
        ),
        Refused(
            "a route to an unknown component",
            changed("/networking/routes/0/to/component", json!("shop")),
            "spec.networking.routes",
            "a route leads to a component that the workspace does not have",
        ),
        Refused(
            "routes without a Gateway",
            changed("/networking/gateway", Value::Null),
            "spec.networking.gateway",
            "routes need a gateway",
        ),
        Refused(
            "a route without host or zone",
            changed("/networking/dns", Value::Null),
            "spec.networking.routes",
            "a route without host needs spec.networking.dns",
        ),
        Refused(
            "a host outside the zone",
            changed("/networking/routes", route("shop.other.test")),
            "spec.networking.routes",
            "must lie in spec.networking.dns.zone",
        ),
        Refused(
            "a host that only ends like the zone",
            changed("/networking/routes", route("shop-preview.test")),
            "spec.networking.routes",
            "must lie in spec.networking.dns.zone",
        ),
        Refused(
            "a label of 64 characters",
            changed("/networking/routes", route(&long_label)),
            "spec.networking.routes[0].host",
            "at most 63 characters (RFC 1035",
        ),
        Refused(
            "a host in capitals",
            changed("/networking/routes", route("Shop.preview.test")),
            "spec.networking.routes[0].host",
            "must be a host name in lower case",
        ),
        Refused(
            "a host with a final dot",
            changed("/networking/routes", route("shop.preview.test.")),
            "spec.networking.routes[0].host",
            "without the final dot",
        ),
        Refused(
            "a relative path",
            changed("/networking/routes/0/path", json!("shop")),
            "spec.networking.routes[0].path",
            "must start with '/'",
        ),
        Refused(
            "a zone with a label of 64 characters",
            changed("/networking/dns/zone", json!(long_label)),
            "spec.networking.dns.zone",
            "at most 63 characters",
        ),
        Refused(
            "a time to live of 0",
            changed("/networking/dns/ttl", json!(0)),
            "spec.networking.dns.ttl",
            "greater than or equal to 1",
        ),
    ];
    let job = with(
        with(spec(), "/components/0/workload", json!("Job")),
        "/components/0/replicas",
        json!(2),
    );
    rows.push(Refused(
        "replicas on a Job",
        named("pr-1", job),
        "spec.components[0].replicas",
        "a Job has no replicas",
    ));
    assert_refused(rows).await;
}

#[tokio::test]
async fn a_workspace_that_may_work_is_accepted() {
    let host = |host: &str| {
        changed(
            "/networking/routes",
            json!([{"to": {"component": "web"}, "host": host, "path": "/"}]),
        )
    };
    let label = "a".repeat(63);
    let minimal = json!({"components": [{"name": "web", "template": {"containers": [{"name": "web", "image": "web"}]}}]});
    assert_accepted(vec![
        ("everything", named("pr-1", spec())),
        ("one component and nothing else", named("a", minimal)),
        (
            "names of 51 characters together",
            named(&"p".repeat(48), spec()),
        ),
        ("a host in the zone", host("shop.preview.test")),
        ("the zone itself as host", host("preview.test")),
        ("a host deep in the zone", host("a.b.c.preview.test")),
        (
            "a label of 63 characters",
            host(&format!("{label}.preview.test")),
        ),
        ("a Job", changed("/components/0/workload", json!("Job"))),
        ("no pods", changed("/components/0/replicas", json!(0))),
        (
            "dependencies on objects of other kinds",
            changed(
                "/components/1/dependsOn",
                json!([{"kind": "Workspace", "name": "shared"}, {"kind": "Component", "name": "shared-db", "condition": "Completed"}]),
            ),
        ),
        (
            "any field of a pod",
            changed(
                "/components/0/template/hostAliases",
                json!([{"ip": "192.0.2.1", "hostnames": ["a"]}]),
            ),
        ),
        (
            "references in any string",
            changed(
                "/components/1/template/containers/0/image",
                json!("${components::db.host}/web"),
            ),
        ),
    ])
    .await;
}
