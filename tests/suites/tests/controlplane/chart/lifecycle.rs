//! Install, upgrade and uninstall on a real API server.

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::api::ListParams;
use kube::{Api, Client, Resource, ResourceExt};
use maquette_api::{Plugin, Provider};
use maquette_harness::ControlPlane;
use serde::de::DeserializeOwned;

use super::helm::Release;

const VALUES: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/controlplane/chart/providers.yaml"
);

const DEFINITIONS: [&str; 6] = [
    "components.maquette.dev",
    "dnsrecords.maquette.dev",
    "plugins.maquette.dev",
    "providers.maquette.dev",
    "tunnels.maquette.dev",
    "workspaces.maquette.dev",
];

async fn names<K>(client: &Client) -> Vec<String>
where
    K: Resource<DynamicType = ()> + Clone + DeserializeOwned + std::fmt::Debug,
{
    let list = Api::<K>::all(client.clone())
        .list(&ListParams::default())
        .await
        .unwrap();
    list.items.iter().map(ResourceExt::name_any).collect()
}

#[tokio::test]
async fn the_upgrade_after_the_installation_creates_the_providers_and_uninstalling_keeps_them_with_their_kinds()
 {
    let cluster = ControlPlane::start().await.unwrap();
    let client = cluster.client().await.unwrap();
    let release = Release(&cluster);

    let notes = release.install(&["--values", VALUES]).unwrap();
    assert!(
        notes.contains("NOT CREATED YET: the plugins and providers of your values"),
        "{notes}"
    );
    assert_eq!(
        names::<CustomResourceDefinition>(&client).await,
        DEFINITIONS
    );

    let notes = release.upgrade(&["--reuse-values"]).unwrap();
    assert!(!notes.contains("NOT CREATED YET"), "{notes}");
    assert_eq!(names::<Plugin>(&client).await, ["powerdns"]);
    assert_eq!(names::<Provider>(&client).await, ["corp-dns"]);

    release.uninstall().unwrap();
    assert_eq!(names::<Deployment>(&client).await, [""; 0]);
    assert_eq!(
        names::<CustomResourceDefinition>(&client).await,
        DEFINITIONS
    );
    assert_eq!(names::<Plugin>(&client).await, ["powerdns"]);
    assert_eq!(names::<Provider>(&client).await, ["corp-dns"]);

    release.install(&["--values", VALUES]).unwrap();
    assert_eq!(names::<Deployment>(&client).await, ["maquette"]);
}

#[tokio::test]
async fn uninstalling_removes_the_kinds_when_they_are_not_to_be_kept() {
    let cluster = ControlPlane::start().await.unwrap();
    let client = cluster.client().await.unwrap();
    let release = Release(&cluster);
    release.install(&["--set", "crds.keep=false"]).unwrap();
    assert_eq!(
        names::<CustomResourceDefinition>(&client).await,
        DEFINITIONS
    );

    release.uninstall().unwrap();

    // Where a definition is deleted right after its creation, the API server
    // refuses the deletion of its objects ("storage is (re)initializing") and
    // tries again with growing pauses.
    let definitions = Api::<CustomResourceDefinition>::all(client);
    maquette_harness::wait_for(
        "the definitions to go",
        std::time::Duration::from_mins(3),
        async || {
            let left = definitions.list(&ListParams::default()).await.unwrap();
            if left.items.is_empty() {
                Ok(())
            } else {
                Err(format!("{} are left", left.items.len()))
            }
        },
    )
    .await
    .unwrap();
}
