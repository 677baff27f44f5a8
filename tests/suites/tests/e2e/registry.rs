//! The registry that plugins come from is down.

use maquette_harness::{Cluster, Component};

use crate::support::manifests::reached;
use crate::support::{Place, operator};

/// Runs the registry again, also when the test fails.
struct Restore(Cluster);

impl Drop for Restore {
    fn drop(&mut self) {
        self.0.start(Component::Registry).unwrap();
    }
}

#[tokio::test]
async fn an_operator_that_starts_while_the_registry_is_down_calls_its_plugins_from_its_cache() {
    let place = Place::alone("registry").await;
    // The pod's own image is on the node, and the plugin in the operator's cache.
    let before = place.workspace("before");
    before
        .apply(&reached("web", &[place.server("web", "before")]))
        .await;
    before.ready().await;

    let restore = Restore(place.cluster.clone());
    place.cluster.kill(Component::Registry).unwrap();
    operator::restart(&place.client).await;
    let during = place.workspace("during");
    during
        .apply(&reached("web", &[place.server("web", "during")]))
        .await;
    during.ready().await;
    during.answers(&during.host(), "during").await;
    before.delete().await;
    before.removed().await;
    drop(restore);
    place
        .cluster
        .wait_until_serving(Component::Registry)
        .await
        .unwrap();

    during.delete().await;
    during.gone().await;
}
