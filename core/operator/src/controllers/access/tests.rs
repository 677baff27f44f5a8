//! The workspace that an object belongs to, against owner references that users write.

use super::*;
use crate::cluster::Caches;
use serde_json::{Value, json};

const UID: &str = "uid-of-shop";

/// The workspace in which an object of the namespace `team` with this owner reference is found to be.
fn found(owner: &Value) -> Option<String> {
    let caches = Arc::new(Caches::default());
    let workspace = json!({
        "apiVersion": "maquette.dev/v1alpha1", "kind": "Workspace",
        "metadata": { "name": "shop", "namespace": "team", "uid": UID, "resourceVersion": "1" },
        "spec": { "components": [] },
    });
    caches
        .workspaces
        .put(serde_json::from_value(workspace).unwrap());
    let meta = json!({ "name": "a", "namespace": "team", "ownerReferences": [owner] });
    let meta: ObjectMeta = serde_json::from_value(meta).unwrap();
    let reads = Reads::new(caches, (Kind::DNSRecord, Key::of(&meta)));
    workspace_of(&reads, &meta)
}

#[test]
fn an_object_belongs_to_a_workspace_that_exists_and_controls_it() {
    let owner = json!({
        "apiVersion": "maquette.dev/v1alpha1", "kind": "Workspace", "name": "shop", "uid": UID, "controller": true,
    });
    assert_eq!(found(&owner), Some("shop".to_owned()));
    for (field, forged) in [
        ("name", json!("*")),
        ("name", json!("_acme-challenge")),
        ("uid", json!("another")),
        ("apiVersion", json!("example.com/v1")),
        ("kind", json!("Component")),
        ("controller", json!(false)),
    ] {
        let mut owner = owner.clone();
        owner[field] = forged;
        assert_eq!(found(&owner), None, "{owner}");
    }
}
