//! Upgrades of the Helm release under a running workspace. What helm installs, keeps and removes is shown on a control plane.

use k8s_openapi::api::apps::v1::Deployment;
use kube::ResourceExt as _;

use crate::support::manifests::reached;
use crate::support::operator::{self, RELEASE, helm};
use crate::support::{Place, inventory};

#[tokio::test]
async fn an_upgrade_and_a_rollback_change_the_operator_and_leave_workspaces_alone() {
    let place = Place::alone("release").await;
    let before = place.workspace("before");
    before
        .apply(&reached("web", &[place.server("web", "before")]))
        .await;
    before.ready().await;
    let deployments = place.api::<Deployment>();
    let held = deployments.get(&before.object("web")).await.unwrap();
    let status = before.get().await.status;
    let objects = inventory::of(&place).await;
    let operator = operator::pod(&place.client).await;

    let chart = operator::chart();
    let upgrade = [
        "upgrade",
        RELEASE,
        &chart.to_string_lossy(),
        "--reuse-values",
        "--set-string",
        "podAnnotations.e2e=upgraded",
        "--wait",
    ];
    helm(&place.cluster, &upgrade);
    let upgraded = operator::pod(&place.client).await;
    assert_ne!(upgraded.uid(), operator.uid());
    assert_eq!(
        upgraded.annotations().get("e2e").map(String::as_str),
        Some("upgraded")
    );

    // The new operator works, and has found nothing to change in what the old one left.
    let after = place.workspace("after");
    after
        .apply(&reached("web", &[place.server("web", "after")]))
        .await;
    after.ready().await;
    after.answers(&after.host(), "after").await;
    after.delete().await;
    after.removed().await;
    let still = deployments.get(&before.object("web")).await.unwrap();
    assert_eq!(
        (still.uid(), still.metadata.generation),
        (held.uid(), held.metadata.generation)
    );
    assert_eq!(before.get().await.status, status);
    assert_eq!(inventory::of(&place).await, objects);
    before.answers(&before.host(), "before").await;

    helm(&place.cluster, &["rollback", RELEASE, "--wait"]);
    let back = operator::pod(&place.client).await;
    assert_eq!(back.annotations().get("e2e"), None);
    before.delete().await;
    before.gone().await;
}
