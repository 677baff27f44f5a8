//! The operator is killed, without warning, in the middle of its work.

use std::time::Duration;

use maquette_api::Component;
use maquette_harness::wait_for;

use crate::support::{DOWN_WITHIN, Place, dns, inventory, manifests, operator};

/// Waits for a moment in the life of the namespace.
async fn moment(place: &Place, what: &str, has_come: impl Fn(&[String]) -> bool) {
    wait_for(what, DOWN_WITHIN, async || {
        let objects = inventory::of(place).await;
        if has_come(&objects) {
            Ok(())
        } else {
            Err(objects.join(", "))
        }
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn an_operator_that_is_killed_while_a_workspace_comes_up_or_goes_down_is_followed_by_one_that_finishes()
 {
    let place = Place::alone("crash-midway").await;
    let shop = place.workspace("crash");
    shop.apply(&manifests::shop()).await;
    let redis = format!("StatefulSet/{}", shop.object("redis"));
    moment(&place, "redis to be made", |objects| {
        objects.contains(&redis)
    })
    .await;
    operator::crash(&place.client).await;
    operator::pod(&place.client).await;
    shop.ready().await;
    shop.answers(&shop.host(), "visits: 1").await;

    // Nothing twice: one object of each kind for each component, one name with one address.
    assert_eq!(
        place
            .api::<Component>()
            .list(&kube::api::ListParams::default())
            .await
            .unwrap()
            .items
            .len(),
        3
    );
    dns::resolve(&place.cluster, &shop.host()).await;
    let count = |objects: &[String], kind: &str| {
        objects
            .iter()
            .filter(|object| object.starts_with(kind))
            .count()
    };
    let objects = inventory::of(&place).await;
    for (kind, expected) in [
        ("DNSRecord/", 1),
        ("HTTPRoute/", 1),
        ("StatefulSet/", 1),
        ("Job/", 1),
        ("Deployment/", 1),
        // One each of redis and web, and the governing one of redis.
        ("Service/", 3),
    ] {
        assert_eq!(count(&objects, kind), expected, "{kind} in {objects:?}");
    }

    shop.delete().await;
    moment(&place, "the route to be gone", |objects| {
        count(objects, "HTTPRoute/") == 0
    })
    .await;
    assert!(
        count(&inventory::of(&place).await, "Component/") > 0,
        "the teardown was over before the operator was killed"
    );
    operator::crash(&place.client).await;
    operator::pod(&place.client).await;
    shop.gone().await;
    wait_for("no pod to be left", Duration::from_secs(10), async || {
        let left = inventory::of(&place).await;
        if left.is_empty() {
            Ok(())
        } else {
            Err(left.join(", "))
        }
    })
    .await
    .unwrap();
}
