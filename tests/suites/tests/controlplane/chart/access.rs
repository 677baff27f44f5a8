//! What the operator and its users may do, and that its pod is admitted under the strictest standard.

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::authorization::v1::{
    ResourceAttributes, SubjectAccessReview, SubjectAccessReviewSpec,
};
use k8s_openapi::api::core::v1::{Namespace, Pod};
use kube::api::{Patch, PatchParams, PostParams};
use kube::{Api, Client};
use maquette_harness::ControlPlane;
use serde_json::json;

use super::helm::Release;

const OPERATOR: &str = "system:serviceaccount:maquette-system:maquette";

/// Namespace, verb, group, resource, and whether the operator may.
const RIGHTS: [(&str, &str, &str, &str, bool); 31] = [
    ("shop", "patch", "maquette.dev", "workspaces", true),
    ("shop", "patch", "maquette.dev", "workspaces/status", true),
    (
        "shop",
        "update",
        "maquette.dev",
        "workspaces/finalizers",
        true,
    ),
    ("shop", "create", "maquette.dev", "components", true),
    ("shop", "patch", "apps", "deployments", true),
    ("shop", "delete", "batch", "jobs", true),
    (
        "shop",
        "create",
        "gateway.networking.k8s.io",
        "httproutes",
        true,
    ),
    ("shop", "list", "", "pods", true),
    ("shop", "create", "events.k8s.io", "events", true),
    ("maquette-system", "get", "", "secrets", true),
    (
        "maquette-system",
        "create",
        "coordination.k8s.io",
        "leases",
        true,
    ),
    ("shop", "patch", "maquette.dev", "tunnels/status", true),
    // What connectors of tunnels hold.
    ("maquette-system", "create", "", "secrets", true),
    ("maquette-system", "delete", "", "secrets", true),
    ("maquette-system", "deletecollection", "", "secrets", false),
    ("shop", "get", "", "secrets", false),
    ("shop", "create", "", "secrets", false),
    ("shop", "delete", "", "secrets", false),
    ("shop", "create", "coordination.k8s.io", "leases", false),
    ("shop", "create", "maquette.dev", "workspaces", false),
    ("shop", "delete", "maquette.dev", "workspaces", false),
    ("shop", "delete", "", "pods", true),
    ("shop", "create", "", "pods", false),
    ("shop", "create", "", "pods/exec", false),
    ("shop", "create", "", "serviceaccounts/token", false),
    (
        "shop",
        "patch",
        "gateway.networking.k8s.io",
        "gateways",
        false,
    ),
    ("shop", "delete", "", "namespaces", false),
    ("shop", "update", "maquette.dev", "workspaces", false),
    ("shop", "update", "apps", "deployments", false),
    // Only the Lease of its own name.
    (
        "maquette-system",
        "update",
        "coordination.k8s.io",
        "leases",
        false,
    ),
    (
        "maquette-system",
        "create",
        "rbac.authorization.k8s.io",
        "rolebindings",
        false,
    ),
];

async fn may(client: &Client, namespace: &str, verb: &str, group: &str, resource: &str) -> bool {
    let (resource, subresource) = resource
        .split_once('/')
        .map_or((resource, None), |(r, s)| (r, Some(s.to_owned())));
    let review = SubjectAccessReview {
        spec: SubjectAccessReviewSpec {
            user: Some(OPERATOR.to_owned()),
            resource_attributes: Some(ResourceAttributes {
                namespace: Some(namespace.to_owned()),
                verb: Some(verb.to_owned()),
                group: Some(group.to_owned()),
                resource: Some(resource.to_owned()),
                subresource,
                ..ResourceAttributes::default()
            }),
            ..SubjectAccessReviewSpec::default()
        },
        ..SubjectAccessReview::default()
    };
    let answered = Api::all(client.clone())
        .create(&PostParams::default(), &review)
        .await
        .unwrap();
    answered.status.unwrap().allowed
}

#[tokio::test]
async fn the_operators_service_account_may_do_its_work_and_no_more() {
    let cluster = ControlPlane::start().await.unwrap();
    let client = cluster.client().await.unwrap();
    Release(&cluster).install(&[]).unwrap();

    for (namespace, verb, group, resource, expected) in RIGHTS {
        let allowed = may(&client, namespace, verb, group, resource).await;
        assert_eq!(
            allowed, expected,
            "{verb} {resource}.{group} in {namespace}"
        );
    }
}

#[tokio::test]
async fn the_operators_pod_is_admitted_under_the_restricted_pod_security_standard() {
    let cluster = ControlPlane::start().await.unwrap();
    let client = cluster.client().await.unwrap();
    Release(&cluster).install(&[]).unwrap();
    let restricted =
        json!({"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "restricted"}}});
    Api::<Namespace>::all(client.clone())
        .patch(
            "maquette-system",
            &PatchParams::default(),
            &Patch::Merge(restricted),
        )
        .await
        .unwrap();
    let deployment = Api::<Deployment>::namespaced(client.clone(), "maquette-system")
        .get("maquette")
        .await
        .unwrap();
    let pods = Api::<Pod>::namespaced(client, "maquette-system");
    let mut pod = Pod {
        spec: deployment.spec.unwrap().template.spec,
        ..Pod::default()
    };
    pod.metadata.name = Some("operator".to_owned());
    let dry_run = PostParams {
        dry_run: true,
        ..PostParams::default()
    };

    pods.create(&dry_run, &pod).await.unwrap();

    // The standard is in force: the same pod without its security context is refused.
    pod.spec.as_mut().unwrap().security_context = None;
    let refused = pods.create(&dry_run, &pod).await.unwrap_err().to_string();
    assert!(
        refused.contains("violates PodSecurity \"restricted:latest\""),
        "{refused}"
    );
}
