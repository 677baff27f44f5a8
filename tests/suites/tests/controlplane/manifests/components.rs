//! Components. Most rules are those of a workspace's components and are tried there.

use serde_json::{Value, json};

use super::{Manifest, Refused, assert_accepted, assert_refused, manifest, with};

fn spec() -> Value {
    json!({"template": {"containers": [{"name": "web", "image": "web:1"}]}, "networks": [{"name": "http", "port": 80}]})
}

fn changed(at: &str, new: Value) -> Manifest {
    manifest("Component", "pr-1-web", with(spec(), at, new))
}

#[tokio::test]
async fn a_component_that_cannot_work_is_refused_with_the_fields_path() {
    let networks = json!([{"name": "http", "port": 80}, {"name": "http", "port": 81}]);
    let job = with(
        with(spec(), "/workload", json!("Job")),
        "/replicas",
        json!(1),
    );
    assert_refused(vec![
        Refused(
            "a name of 53 characters",
            manifest("Component", &"c".repeat(53), spec()),
            "<nil>",
            "at most 52 characters",
        ),
        Refused(
            "a name that starts with a digit",
            manifest("Component", "1-web", spec()),
            "<nil>",
            "a DNS label that starts with a letter",
        ),
        Refused(
            "no template",
            changed("/template", Value::Null),
            "spec.template",
            "Required value",
        ),
        Refused(
            "no containers",
            changed("/template/containers", Value::Null),
            "spec.template.containers",
            "Required value",
        ),
        Refused(
            "replicas on a Job",
            manifest("Component", "pr-1-web", job),
            "spec.replicas",
            "a Job has no replicas",
        ),
        Refused(
            "101 replicas",
            changed("/replicas", json!(101)),
            "spec.replicas",
            "less than or equal to 100",
        ),
        Refused(
            "fewer than no replicas",
            changed("/replicas", json!(-1)),
            "spec.replicas",
            "greater than or equal to 0",
        ),
        Refused(
            "two networks of one name",
            changed("/networks", networks),
            "spec.networks[1]",
            "Duplicate value",
        ),
        Refused(
            "two networks of one port",
            changed(
                "/networks",
                json!([{"name": "a", "port": 80}, {"name": "b", "port": 80, "protocol": "TCP"}]),
            ),
            "spec.networks",
            "two networks have one port and protocol",
        ),
        Refused(
            "a strategy on a StatefulSet",
            manifest(
                "Component",
                "pr-1-web",
                with(
                    with(spec(), "/workload", json!("StatefulSet")),
                    "/strategy",
                    json!("Recreate"),
                ),
            ),
            "spec.strategy",
            "only a Deployment has a strategy",
        ),
        Refused(
            "a network's name in capitals",
            changed("/networks/0/name", json!("HTTP")),
            "spec.networks[0].name",
            "should match",
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_component_that_may_work_is_accepted() {
    assert_accepted(vec![
        (
            "everything that is needed",
            manifest("Component", "pr-1-web", spec()),
        ),
        (
            "a name of 52 characters",
            manifest("Component", &"c".repeat(52), spec()),
        ),
        ("no networks", changed("/networks", Value::Null)),
        (
            "a StatefulSet of 100 pods",
            manifest(
                "Component",
                "db",
                with(
                    with(spec(), "/workload", json!("StatefulSet")),
                    "/replicas",
                    json!(100),
                ),
            ),
        ),
        (
            "a UDP network",
            changed("/networks/0/protocol", json!("UDP")),
        ),
        (
            "a TCP and a UDP network of one port",
            changed(
                "/networks",
                json!([{"name": "a", "port": 53}, {"name": "b", "port": 53, "protocol": "UDP"}]),
            ),
        ),
        ("a strategy", changed("/strategy", json!("Recreate"))),
    ])
    .await;
}
