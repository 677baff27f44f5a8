//! A namespace that enforces the Pod Security Standard "restricted".

use serde_json::json;

use crate::support::{Place, manifests};

#[tokio::test]
async fn the_shop_runs_without_a_security_context_where_the_restricted_standard_is_enforced() {
    let place = Place::labelled(
        "restricted",
        json!({"pod-security.kubernetes.io/enforce": "restricted"}),
    )
    .await;
    let shop = place.workspace("restricted");
    let spec = manifests::shop();
    assert!(
        !spec.to_string().contains("securityContext"),
        "the example sets what this test is to show the default of"
    );
    shop.apply(&spec).await;
    shop.ready().await;
    shop.answers(&shop.host(), "visits: 1").await;
    shop.delete().await;
    shop.gone().await;
}
