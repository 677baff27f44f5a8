//! Workspaces that are reached through a tunnel: a real frp server outside, real frpc connectors inside.

use std::time::Duration;

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{Pod, Secret};
use kube::ResourceExt as _;
use kube::api::{Api, ListParams, Patch, PatchParams};
use maquette_api::{DNSRecord, ROTATE_ANNOTATION, TUNNEL_NAMESPACE_LABEL, Tunnel};
use maquette_harness::wait_for;
use serde_json::json;

use crate::support::edge::Edge;
use crate::support::workspace::Running;
use crate::support::{DOWN_WITHIN, History, Place, UP_WITHIN, dns, inventory, operator};

/// What runs the connectors of a place, in the operator's namespace.
struct Connectors<'a>(&'a Place);

impl Connectors<'_> {
    fn selector(&self) -> ListParams {
        let label = format!("{TUNNEL_NAMESPACE_LABEL}={}", self.0.namespace);
        ListParams::default().labels(&label)
    }

    async fn names<K>(&self) -> Vec<String>
    where
        K: kube::Resource<Scope = k8s_openapi::NamespaceResourceScope, DynamicType = ()>
            + Clone
            + std::fmt::Debug
            + serde::de::DeserializeOwned,
    {
        let api: Api<K> = Api::namespaced(self.0.client.clone(), operator::NAMESPACE);
        let list = api.list(&self.selector()).await.unwrap();
        list.items.iter().map(kube::ResourceExt::name_any).collect()
    }

    async fn deployment(&self) -> Deployment {
        let api: Api<Deployment> = Api::namespaced(self.0.client.clone(), operator::NAMESPACE);
        let mut found = api.list(&self.selector()).await.unwrap().items;
        assert_eq!(found.len(), 1, "{found:?}");
        found.remove(0)
    }

    /// Pods that are not on their way out.
    async fn pods(&self) -> Vec<String> {
        let api: Api<Pod> = Api::namespaced(self.0.client.clone(), operator::NAMESPACE);
        let list = api.list(&self.selector()).await.unwrap();
        let staying = list
            .items
            .iter()
            .filter(|pod| pod.metadata.deletion_timestamp.is_none());
        staying.map(kube::ResourceExt::name_any).collect()
    }

    async fn everything(&self) -> Vec<String> {
        [
            self.names::<Deployment>().await,
            self.names::<Secret>().await,
            self.names::<Pod>().await,
        ]
        .concat()
    }
}

async fn only<K>(place: &Place) -> K
where
    K: kube::Resource<Scope = k8s_openapi::NamespaceResourceScope, DynamicType = ()>
        + Clone
        + std::fmt::Debug
        + serde::de::DeserializeOwned,
{
    let mut found = place
        .api::<K>()
        .list(&ListParams::default())
        .await
        .unwrap()
        .items;
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

/// Waits until the server serves nothing, and asserts that nothing of the tunnel is left anywhere.
async fn assert_nothing_left(place: &Place, edge: &Edge<'_>, workspace: &Running<'_>) {
    workspace.gone().await;
    let left = Connectors(place).everything().await;
    assert_eq!(
        left,
        Vec::<String>::new(),
        "left in {}",
        operator::NAMESPACE
    );
    wait_for(
        "frps to serve nothing",
        Duration::from_secs(15),
        async || {
            let online = edge.frps.online().await?;
            if online.is_empty() {
                Ok(())
            } else {
                Err(online.join(", "))
            }
        },
    )
    .await
    .unwrap();
}

#[tokio::test]
async fn a_workspace_is_reached_through_a_real_tunnel_and_taken_down_from_its_name_to_its_components()
 {
    let place = Place::new("tunnel").await;
    let edge = Edge::new(&place).await;
    let shop = place.workspace("tunnel");
    let history = History::record(&place, &["DNSRecord", "Tunnel", "Component"]).await;
    let connectors =
        History::elsewhere(&place, operator::NAMESPACE, &["Deployment", "Secret"]).await;

    shop.apply(&edge.workspace("through the tunnel")).await;
    let ready = shop.ready().await.status.unwrap();

    assert_eq!(ready.url, Some(edge.url(&shop.host())));
    let address = dns::resolve(&place.cluster, &shop.host()).await;
    assert_eq!(address.to_string(), edge.frps.entrance().0);
    edge.answers(&shop.host(), "through the tunnel").await;
    let objects = inventory::of(&place).await;
    assert!(
        !objects.iter().any(|object| object.starts_with("HTTPRoute")),
        "{objects:?}"
    );
    let tunnel = only::<Tunnel>(&place).await;
    let record = only::<DNSRecord>(&place).await.name_any();
    let connector = Connectors(&place).deployment().await.name_any();
    let status = tunnel.status.clone().unwrap();
    assert_eq!(status.ledger.len(), 1);
    assert_eq!(status.ledger[0].name, connector);
    // The token is where the connector reads it, and nowhere in what users see.
    let seen = serde_json::to_string(&json!([tunnel, shop.get().await])).unwrap();
    assert!(!seen.contains(&edge.token), "{seen}");

    shop.delete().await;
    assert_nothing_left(&place, &edge, &shop).await;
    let order = [
        history.gone("DNSRecord", &record).await,
        connectors.gone("Deployment", &connector).await,
        connectors.gone("Secret", &connector).await,
        history.gone("Tunnel", &tunnel.name_any()).await,
        history.gone("Component", &shop.object("web")).await,
    ];
    assert!(
        order.is_sorted(),
        "name, connector, secret, tunnel, component were gone at the revisions {order:?}"
    );
}

#[tokio::test]
async fn another_secret_of_the_tunnel_makes_another_connector_and_no_visitor_notices() {
    let place = Place::new("rotate").await;
    let edge = Edge::new(&place).await;
    let shop = place.workspace("rotate");
    shop.apply(&edge.workspace("steady")).await;
    shop.ready().await;
    edge.answers(&shop.host(), "steady").await;
    let connectors = Connectors(&place);
    let before = connectors.deployment().await;
    let pods = connectors.pods().await;
    let secret = async || {
        let api: Api<Secret> = Api::namespaced(place.client.clone(), operator::NAMESPACE);
        let data = api.get(&before.name_any()).await.unwrap().data.unwrap();
        let keys: Vec<String> = data.keys().cloned().collect();
        (keys, data["secret"].0.clone())
    };
    let (_, old) = secret().await;

    let tunnel = only::<Tunnel>(&place).await.name_any();
    let wish = json!({"metadata": {"annotations": {ROTATE_ANNOTATION: "2026-11"}}});
    place
        .api::<Tunnel>()
        .patch(&tunnel, &PatchParams::default(), &Patch::Merge(wish))
        .await
        .unwrap();
    let visits = std::cell::Cell::new(0);
    wait_for("another connector", UP_WITHIN, async || {
        // Every look is a visit as well.
        let answer = edge.frps.visit(&shop.host()).await;
        assert!(answer.is_ok(), "visit {}: {answer:?}", visits.get());
        visits.set(visits.get() + 1);
        let now = connectors.pods().await;
        let (keys, new) = secret().await;
        if now.len() == 1 && now != pods && keys == ["secret"] && new != old {
            Ok(())
        } else {
            Err(format!("pods {now:?}, keys {keys:?}"))
        }
    })
    .await
    .unwrap();
    println!("{} visits while the connector was replaced", visits.get());
    shop.ready().await;
    edge.answers(&shop.host(), "steady").await;
    assert_eq!(connectors.deployment().await.uid(), before.uid());

    shop.delete().await;
    assert_nothing_left(&place, &edge, &shop).await;
}

#[tokio::test]
async fn a_token_that_the_server_changes_is_said_and_a_secret_that_follows_connects_again() {
    let place = Place::new("token").await;
    let mut edge = Edge::new(&place).await;
    let shop = place.workspace("token");
    shop.apply(&edge.workspace("again")).await;
    shop.ready().await;
    edge.answers(&shop.host(), "again").await;

    edge.frps.stop();
    edge.token = format!("{}-changed", edge.token);
    edge.frps.run(&edge.token).await;
    shop.told("Ready", "ConnectorNotReady", &["tunnel"], UP_WITHIN)
        .await;
    edge.keep_token().await;
    shop.ready().await;
    edge.answers(&shop.host(), "again").await;

    shop.delete().await;
    assert_nothing_left(&place, &edge, &shop).await;
}

#[tokio::test]
async fn a_server_that_is_down_is_said_and_hinders_neither_the_beginning_nor_the_end_for_longer() {
    let place = Place::new("down").await;
    let mut edge = Edge::new(&place).await;
    let shop = place.workspace("down");

    edge.frps.stop();
    shop.apply(&edge.workspace("at last")).await;
    shop.told("Ready", "ProviderUnavailable", &["tunnel"], UP_WITHIN)
        .await;
    assert_eq!(
        dns::query(&place.cluster, &shop.host()).await,
        Ok(dns::Answer::NoSuchName),
        "a name leads to a tunnel that was never connected"
    );
    edge.frps.run(&edge.token).await;
    shop.ready().await;
    edge.answers(&shop.host(), "at last").await;

    // The server keeps nothing of a tunnel, so its end need not wait for it.
    edge.frps.stop();
    shop.delete().await;
    shop.gone().await;
    assert_eq!(Connectors(&place).everything().await, Vec::<String>::new());
}

#[tokio::test]
async fn an_operator_that_is_killed_while_a_tunnel_comes_up_or_goes_is_followed_by_one_that_finishes()
 {
    let place = Place::alone("tunnel-crash").await;
    let edge = Edge::new(&place).await;
    let shop = place.workspace("crash");
    let connectors = Connectors(&place);

    shop.apply(&edge.workspace("after the crash")).await;
    wait_for("the secret of the tunnel", UP_WITHIN, async || {
        let names = connectors.names::<Secret>().await;
        if names.is_empty() {
            Err("none")
        } else {
            Ok(())
        }
    })
    .await
    .unwrap();
    operator::crash(&place.client).await;
    operator::pod(&place.client).await;
    shop.ready().await;
    edge.answers(&shop.host(), "after the crash").await;
    assert_eq!(connectors.pods().await.len(), 1);
    only::<Tunnel>(&place).await;
    only::<DNSRecord>(&place).await;

    shop.delete().await;
    wait_for("the name to be gone", DOWN_WITHIN, async || {
        let objects = inventory::of(&place).await;
        if objects.iter().any(|object| object.starts_with("DNSRecord")) {
            Err(objects.join(", "))
        } else {
            Ok(())
        }
    })
    .await
    .unwrap();
    operator::crash(&place.client).await;
    operator::pod(&place.client).await;
    assert_nothing_left(&place, &edge, &shop).await;
}
