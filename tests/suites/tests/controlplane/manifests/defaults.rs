//! What the API server fills in.

use serde_json::{Value, json};

use super::{control_plane, create, manifest};

async fn created(kind: &'static str, name: &str, spec: Value) -> Value {
    let shared = control_plane().await;
    let client = shared.client().await.unwrap();
    let created = create(&client, &manifest(kind, name, spec)).await.unwrap();
    created.data["spec"].clone()
}

#[tokio::test]
async fn a_component_is_a_deployment_unless_it_says_otherwise() {
    let spec = json!({"template": {"containers": [{"name": "a", "image": "a"}]}});
    assert_eq!(
        created("Component", "a", spec.clone()).await,
        json!({"workload": "Deployment", "template": {"containers": [{"name": "a", "image": "a"}]}})
    );
    let workspace = created(
        "Workspace",
        "a",
        json!({"components": [{"name": "a", "template": spec["template"]}]}),
    )
    .await;
    // A default within a list makes `kubectl apply` of the same manifest a change.
    let component = json!({"name": "a", "template": spec["template"]});
    assert_eq!(workspace["components"], json!([component]));
}

#[tokio::test]
async fn a_record_lives_a_minute_unless_it_says_otherwise() {
    let spec = json!({"provider": "p", "name": "a.test", "type": "A", "values": ["192.0.2.1"]});
    assert_eq!(
        created("DNSRecord", "a", spec).await,
        json!({"provider": "p", "name": "a.test", "type": "A", "values": ["192.0.2.1"], "ttl": 60})
    );
}

#[tokio::test]
async fn a_provider_has_an_empty_configuration_unless_it_says_otherwise() {
    assert_eq!(
        created("Provider", "p", json!({"plugin": "a"})).await,
        json!({"plugin": "a", "config": {}})
    );
}
